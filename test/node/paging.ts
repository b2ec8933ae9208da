/** The way from an exporter to a page: Prometheus with the shipped rules, and Alertmanager, both in quick time. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scaleRules } from '../support/scale-rules.ts';
import { startAlertmanager } from './alertmanager.ts';
import type { Alertmanager } from './alertmanager.ts';
import { startPrometheus } from './prometheus.ts';
import type { Prometheus } from './prometheus.ts';
import type { Scratch } from './scratch.ts';

/** By this all durations are divided: two minutes are four seconds. */
export const quickTime = 30;

export interface Paging {
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
}

export async function startPaging(
  scratch: Pick<Scratch, 'folder' | 'spawn'>,
  targets: readonly string[],
): Promise<Paging> {
  const alertmanager = await startAlertmanager(scratch, { scale: quickTime });
  const prometheus = await startPrometheus({
    targets,
    rulesFiles: writeRules(join(scratch.folder, 'rules')),
    alertmanagers: [alertmanager.address],
    scratch,
  });
  return { prometheus, alertmanager };
}

function writeRules(folder: string): string[] {
  mkdirSync(folder);
  const shipped = globSync(fileURLToPath(new URL('../../rules/*.yml', import.meta.url)));
  return shipped.map((file) => {
    const copy = join(folder, basename(file));
    writeFileSync(copy, scaleRules(readFileSync(file, 'utf8'), quickTime));
    return copy;
  });
}
