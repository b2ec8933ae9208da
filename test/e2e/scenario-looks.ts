/** What a scenario shows at one moment, and when it has settled on what is right. */
import { reportSchema } from '../../src/checklist/report.ts';
import type { Report } from '../../src/checklist/report.ts';
import type { SettledAlert } from '../node/alertmanager.ts';
import type { Expected, ExpectedCheck } from '../node/scenario.ts';

export interface Look {
  /** Unmuted pages and tickets as `ALERT{PROGRAM}`, sorted. */
  readonly alerts: readonly string[];
  /** Failing items of the checklist as `CHECK{SUBJECT}`, sorted. */
  readonly failing: readonly string[];
}

/** What has held for so many looks is settled. */
export const settledLooks = 16;

export async function lookAt(exporterUrl: string, alerts: readonly SettledAlert[]): Promise<Look> {
  return {
    alerts: alerts
      .filter(({ labels }) => labels['severity'] !== 'info')
      .map(nameOf)
      .toSorted(),
    failing: await failingItems(exporterUrl),
  };
}

/** Failing items as the exporter's JSON has them. */
export async function failingItems(exporterUrl: string): Promise<string[]> {
  const response = await fetch(`${exporterUrl}/api/checklist`, { signal: AbortSignal.timeout(5_000) });
  return failingOf(reportSchema.parse(await response.json()));
}

export function failingOf({ items }: Report): string[] {
  return items
    .filter(({ status }) => status === 'fail')
    .map(({ check, subject }) => written(check, subject))
    .toSorted();
}

/** Index of the look from which on everything was right for long enough; -1 if it never was. */
export function settledAt(looks: readonly Look[], expected: Expected): number {
  const right = rightAlerts(expected).join();
  return looks.findIndex(
    (_, index) =>
      index + settledLooks <= looks.length &&
      looks
        .slice(index, index + settledLooks)
        .every(({ alerts, failing }) => alerts.join() === right && wrongChecks(failing, expected).length === 0),
  );
}

/** Failing items that should not fail, and expected ones that do not. */
export function wrongChecks(failing: readonly string[], { failingChecks }: Expected): string[] {
  const missing = failingChecks.filter((each) => each.mayPass !== true && !failing.some((name) => isMeant(name, each)));
  const tooMany = failing.filter((name) => !failingChecks.some((each) => isMeant(name, each)));
  return [...missing.map(({ check, subject }) => `no ${written(check, subject)}`), ...tooMany];
}

export function rightAlerts({ pages, tickets }: Expected): string[] {
  return [...pages, ...tickets].map(({ alert, program }) => written(alert, program)).toSorted();
}

/** What changed, and when. */
export function story(looks: readonly Look[], everyMs: number): string {
  return looks
    .map(({ alerts, failing }, index) => ({
      text: `${alerts.join(', ') || 'nobody'}; failing: ${failing.join(', ') || 'nothing'}`,
      index,
    }))
    .filter(({ text }, index, list) => text !== list[index - 1]?.text)
    .map(({ text, index }) => `  ${(index * everyMs) / 1_000} s: ${text}`)
    .join('\n');
}

function nameOf({ labels }: SettledAlert): string {
  return written(labels['alertname'] ?? '', labels['program'] ?? labels['collector']);
}

function isMeant(name: string, { check, subject }: ExpectedCheck): boolean {
  return subject === undefined ? name.startsWith(`${check}{`) : name === written(check, subject);
}

function written(name: string, of: string | undefined): string {
  return of === undefined ? name : `${name}{${of}}`;
}
