/** The alerts that ship, read from the rules file: whatever must hold for each of them goes over this list. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export interface AlertRule {
  readonly alert: string;
  readonly group: string;
  readonly expr: string;
  readonly severity: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const fileSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.looseObject({ severity: z.string() }),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});

/** In the order of the file. */
export function readAlertRules(): AlertRule[] {
  const text = readFileSync(join(import.meta.dirname, '../../rules/gpunode.alerts.yml'), 'utf8');
  return fileSchema.parse(parse(text)).groups.flatMap(({ name, rules }) =>
    rules.map(({ alert, expr, labels, annotations }) => ({
      alert,
      group: name,
      expr,
      severity: labels.severity,
      annotations,
    })),
  );
}

/** Alerts that are named already and come with the collectors that they read. */
export const alertsToCome: readonly string[] = [
  'GpuNodeWorkerNotPolling',
  'GpuNodeWorkerIdentityWrong',
  'GpuNodeQueueBacklogGrowing',
  'GpuNodeControlPlaneDrift',
  'GpuNodeTuningChanged',
];
