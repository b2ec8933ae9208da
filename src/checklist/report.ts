import { z } from 'zod';
import { sections, statuses } from './types.ts';
import type { DatedVerdict, Status } from './types.ts';

const itemSchema = z.object({
  section: z.enum(sections),
  check: z.string().describe('name of the check, as in CHECKLIST.md'),
  subject: z.string().describe('what was checked: a program, an endpoint, a model, a card, a path, host or node'),
  status: z.enum(statuses),
  evidence: z.string().describe('why, in words and numbers'),
  since: z.iso.datetime().describe('since when it has had this status, as far as was seen, UTC'),
  command: z.string().describe('the first command to run on the node; may be empty'),
  runbook: z.string().describe('path of the runbook on the exporter'),
});

/** What `check --format json` prints and `/api/checklist` answers. */
export const reportSchema = z.object({
  verdict: z.enum(statuses).describe('fail if an item fails, else unknown if one is unknown, else pass'),
  generated_at: z.iso.datetime().describe('when the node was looked at, UTC'),
  items: z.array(itemSchema).describe('in the order in which they are gone through'),
});

/** The same as an exporter of another version may send it, with sections that are not known here. */
export const receivedSchema = reportSchema.extend({
  items: z.array(itemSchema.extend({ section: z.string() })),
});
export type Report = z.output<typeof receivedSchema>;
export type ReportItem = Report['items'][number];

export function reportOf(verdicts: readonly DatedVerdict[], nowMs: number): Report {
  return {
    verdict: overall(verdicts),
    generated_at: new Date(nowMs).toISOString(),
    items: verdicts.map(({ section, check, subject, status, evidence, sinceMs, command, runbook }) => ({
      section,
      check,
      subject,
      status,
      evidence,
      since: new Date(sinceMs).toISOString(),
      command,
      runbook: `/runbooks/${runbook}`,
    })),
  };
}

/** Only these sections, and the verdict on them; all of them if none is named. */
export function onlySections(report: Report, wanted: readonly string[]): Report {
  if (wanted.length === 0) return report;
  const chosen = report.items.filter(({ section }) => wanted.includes(section));
  return { ...report, verdict: overall(chosen), items: chosen };
}

/** One failure fails the node; what is unknown is not healthy; nothing to check is unknown. */
export function overall(verdicts: readonly { readonly status: Status }[]): Status {
  if (verdicts.some(({ status }) => status === 'fail')) return 'fail';
  return verdicts.length > 0 && verdicts.every(({ status }) => status === 'pass') ? 'pass' : 'unknown';
}
