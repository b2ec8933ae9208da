import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChecklist } from '../../src/checklist/checklist.ts';
import { onlySections, overall, receivedSchema, reportOf, reportSchema } from '../../src/checklist/report.ts';
import { reportJsonSchema } from '../../src/checklist/schema.ts';
import { failed, healthyView, nowMs } from './healthy-view.ts';

function report(change = {}) {
  const checklist = createChecklist(undefined, nowMs - 5_000);
  checklist.look(healthyView({ nowMs: nowMs - 5_000, ...change }));
  return reportOf(checklist.verdicts(), nowMs);
}

describe('the report', () => {
  it('is what its schema says', () => {
    const { items, ...head } = reportSchema.parse(JSON.parse(JSON.stringify(report())));
    expect(head).toEqual({ verdict: 'pass', generated_at: '2026-01-02T03:04:05.000Z' });
    expect(items[0]).toEqual({
      section: 'process_health',
      check: 'supervisor_answers',
      subject: 'node',
      status: 'pass',
      evidence: 'supervisord 4.2.5 is RUNNING, 3 of 3 programs RUNNING',
      since: '2026-01-02T03:04:00.000Z',
      command: 'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf pid',
      runbook: '/runbooks/GpuNodeSupervisorDown',
    });
  });

  it('has one verdict of many', () => {
    const of = (...statuses: ('pass' | 'fail' | 'unknown')[]) => overall(statuses.map((status) => ({ status })));
    expect(of('pass', 'pass')).toBe('pass');
    expect(of('pass', 'unknown')).toBe('unknown');
    expect(of('unknown', 'fail', 'pass')).toBe('fail');
    expect(of()).toBe('unknown');
  });

  it('has the verdict of the sections that are left', () => {
    const silent = report({ endpoints: failed() });
    expect(silent.verdict).toBe('unknown');
    expect(onlySections(silent, []).verdict).toBe('unknown');
    const chosen = onlySections(silent, ['model_integrity', 'process_health']);
    expect(chosen.verdict).toBe('pass');
    expect(new Set(chosen.items.map(({ section }) => section))).toEqual(new Set(['process_health', 'model_integrity']));
    expect(onlySections(silent, ['queue_behavior']).verdict).toBe('unknown');
  });

  it('may come from a newer exporter, with sections and keys that are not known here', () => {
    const [item] = report().items;
    const newer = { ...report(), node: 'gpu-7', items: [{ ...item, section: 'network', weight: 3 }] };
    expect(receivedSchema.parse(newer).items).toEqual([{ ...item, section: 'network' }]);
    expect(reportSchema.safeParse(newer).success).toBe(false);
    expect(receivedSchema.safeParse({ ...newer, verdict: 'splendid' }).success).toBe(false);
  });

  it('has a published schema that lets keys be added', () => {
    const published: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../deploy/schema/checklist.schema.json'), 'utf8'),
    );
    expect(published).toEqual(reportJsonSchema());
    expect(JSON.stringify(published)).not.toContain('additionalProperties');
    expect(published).toMatchObject({ required: ['verdict', 'generated_at', 'items'] });
  });
});
