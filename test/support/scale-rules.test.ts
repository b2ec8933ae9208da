import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flap, regular } from '../rules/flap.ts';
import { tell } from '../rules/promtool.ts';
import { always } from '../rules/timeline.ts';
import { readPromql, seconds } from './promql.ts';
import { scaleRules } from './scale-rules.ts';

const root = join(import.meta.dirname, '../..');
const place = mkdtempSync(join(tmpdir(), 'gpunode-scaled-'));
afterAll(() => rmSync(place, { recursive: true }));

function write(path: string): string {
  const file = join(place, path.replaceAll('/', '-'));
  writeFileSync(file, scaleRules(readFileSync(join(root, path), 'utf8'), 30));
  return file;
}

interface Rule {
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function rulesOf(text: string): Rule[] {
  return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
}

describe('scaleRules', () => {
  it.each([
    ['increase(x[1h]) >= 3', 'increase(x[2m]) >= 3'],
    ['rate(x[15m])', 'rate(x[30s])'],
    ['rate(x[5s])', 'rate(x[167ms])'],
    ['time() - x < 20 * 60', 'time() - x < 20 * 60 / 30'],
    ['predict_linear(x[6h], 4 * 3600) < 0', 'predict_linear(x[12m], 4 * 3600 / 30) < 0'],
    ['    keep_firing_for: 15m', '    keep_firing_for: 30s'],
    ['  group_wait: 30s', '  group_wait: 1s'],
    ['  group_wait: 0s', '  group_wait: 0s'],
    ['  repeat_interval: 24h', '  repeat_interval: 48m'],
    ['9 times in the last hour', '9 times in the last 2m'],
    ['for 1 minute, in the last 24 hours', 'for 2s, in the last 48m'],
    // Names, thresholds and commands.
    ['program:x:delta1h >= 3 and cv2h < 0.15', 'program:x:delta1h >= 3 and cv2h < 0.15'],
    ['state_code == 1000 or x == 30', 'state_code == 1000 or x == 30'],
    ['`tail -n 200`, `sleep 3`, (7m 0s), port 10042', '`tail -n 200`, `sleep 3`, (7m 0s), port 10042'],
    ['for: llama', 'for: llama'],
  ])('%s', (text, scaled) => {
    expect(scaleRules(text, 30)).toBe(scaled);
  });

  it.each(['rules/gpunode.rules.yml', 'rules/gpunode.alerts.yml'])('divides every duration of %s', (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const scaled = rulesOf(scaleRules(text, 30));
    rulesOf(text).forEach((rule, index) => {
      const faster = scaled[index];
      const ranges = (expr = ''): number[] => readPromql(expr).selectors.map(({ rangeSeconds = 0 }) => rangeSeconds);
      expect(ranges(faster?.expr)).toEqual(ranges(rule.expr).map((range) => range / 30));
      expect(seconds(faster?.for ?? '')).toBe(seconds(rule.for ?? '') / 30);
      expect(seconds(faster?.keep_firing_for ?? '')).toBe(seconds(rule.keep_firing_for ?? '') / 30);
      expect(Object.values(faster?.annotations ?? {}).join(' ')).not.toMatch(/\b(second|minute|hour|day)s?\b/);
    });
  });

  it('leaves rules that Prometheus and a configuration that Alertmanager take', () => {
    const rules = ['rules/gpunode.rules.yml', 'rules/gpunode.alerts.yml'].map((path) => write(path));
    expect(() => execFileSync('promtool', ['check', 'rules', ...rules])).not.toThrow();
    const alertmanager = write('deploy/alertmanager/alertmanager.yml');
    expect(() => execFileSync('amtool', ['check-config', alertmanager])).not.toThrow();
  });

  it('tells the same story thirty times as fast', async () => {
    const complaints = await tell(
      {
        title: 'llama dies every 14 s',
        stepSeconds: 1,
        series: {
          ...flap({ program: 'llama', exits: regular(20, 15, 20) }),
          'gpunode_program_timeout_seconds{program="llama",timeout="LLAMA_WAIT_SECONDS"}': always(14),
        },
        moments: [
          { at: 0.4 },
          {
            at: 2.5,
            firing: [
              {
                alert: 'GpuNodeProgramFlapping',
                labels: { program: 'llama' },
                text: 'llama restarted 8 times in the last 2m, every 14s, regular as a clock; close to LLAMA_WAIT_SECONDS (14s). Its last exit code was 1. First, on gpu-1:10042: `tail -n 200 /var/log/llama.err`.',
              },
              { alert: 'GpuNodeProgramRestartsOnSchedule', labels: { program: 'llama' } },
              { alert: 'GpuNodeProgramSlowFlap', labels: { program: 'llama' } },
              {
                alert: 'GpuNodeRestartCadenceMatchesTimeout',
                labels: { program: 'llama', timeout: 'LLAMA_WAIT_SECONDS' },
              },
            ],
          },
        ],
      },
      (rules) => scaleRules(rules, 30),
    );
    expect(complaints).toBe('');
  });
});
