import { z } from 'zod';
import { sections, statuses } from './types.ts';
import type { DatedVerdict, Status } from './types.ts';

/** What `check --format json` prints and `/api/checklist` answers. */
export const reportSchema = z.object({
  verdict: z.enum(statuses).describe('fail if an item fails, else unknown if one is unknown, else pass'),
  generated_at: z.iso.datetime().describe('when the node was looked at, UTC'),
  items: z.array(
    z.object({
      section: z.enum(sections),
      check: z.string().describe('name of the check, as in CHECKLIST.md'),
      subject: z.string().describe('what was checked: a program, an endpoint, a model, a card, a path, or node'),
      status: z.enum(statuses),
      evidence: z.string().describe('why, in words and numbers'),
      since: z.iso.datetime().describe('since when it has had this status, as far as was seen, UTC'),
      command: z.string().describe('the first command to run on the node'),
      runbook: z.string().describe('path of the runbook on the exporter'),
    }),
  ),
});
export type Report = z.output<typeof reportSchema>;
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

/** One failure fails the node; what is unknown is not healthy; nothing to check is unknown. */
export function overall(verdicts: readonly { readonly status: Status }[]): Status {
  if (verdicts.some(({ status }) => status === 'fail')) return 'fail';
  return verdicts.length > 0 && verdicts.every(({ status }) => status === 'pass') ? 'pass' : 'unknown';
}
