/** Starts, exits and run lengths against supervisord's own log, with an exporter that is killed at random moments. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { scrape, startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { parseExposition } from '../support/exposition.ts';
import type { Scrape } from '../support/exposition.ts';
import { countLog } from '../support/main-log-count.ts';

let node: SimulatedNode | undefined;
afterEach(() => node?.stop());

const programs = ['lives', 'exits-zero', 'gives-up', 'asked'];
const causes = ['expected', 'unexpected', 'signal', 'stopped', 'unknown'];

async function startBusyNode(): Promise<SimulatedNode> {
  return startNode({
    prepare(draft) {
      const add = (name: string, script: string, settings: Record<string, string> = {}): void => {
        const command = `/bin/sh -c "${script}"`;
        // Started only when the exporter is there, so that every line is one that it must count.
        const shared = { command, autostart: 'false', autorestart: 'true', startsecs: '1' };
        draft.programs[name] = { settings: { ...shared, ...settings }, environment: {} };
      };
      add('lives', 'sleep 2.5; exit 7');
      add('exits-zero', 'sleep 1.2; exit 0');
      add('gives-up', 'exit 3', { startretries: '2' });
      add('asked', 'exec sleep 1000');
      draft.config.programs = programs;
    },
  });
}

describe('supervisord under a killed exporter', () => {
  it('counts what the log says, once, and never goes back', { timeout: 120_000 }, async () => {
    node = await startBusyNode();
    const running = node;
    let exporter = await startExporter(running);
    await running.supervisorctl('start', ...programs);
    let last = parseExposition(await scrape(exporter));
    const pauses = [2_100, 900, 3_700, 1_300, 2_900, 300];
    for (const [index, ms] of pauses.entries()) {
      await delay(ms);
      last = await noneGoesBack(last, await scrape(exporter));
      exporter.process.kill('SIGKILL');
      // While nobody watches: an operator at work, a rotated main log.
      if (index === 1) await running.supervisorctl('restart', 'asked');
      if (index === 3) await running.supervisorctl('stop', 'asked');
      if (index === 4) await running.supervisorctl('start', 'asked');
      exporter = await startExporter(running);
    }
    await running.supervisorctl('stop', ...programs);
    const truth = countLog(await running.mainLog());
    const settled = await waitFor('the exporter to have read everything', async () => {
      const now = await noneGoesBack(last, await scrape(exporter));
      const isRead = (program: string): boolean =>
        startsOf(now, program) === truth.get(program)?.starts &&
        now.value('gpunode_program_run_duration_seconds_count', { program }) === truth.get(program)?.runSeconds.length;
      return programs.every(isRead) && now;
    });
    for (const program of programs) {
      const expected = truth.get(program);
      expect(exitsOf(settled, program), program).toEqual(expected?.exits);
      const runs = settled.value('gpunode_program_run_duration_seconds_count', { program });
      expect(runs, program).toBe(expected?.runSeconds.length);
      const sum = expected?.runSeconds.reduce((total, seconds) => total + seconds, 0) ?? 0;
      expect(settled.value('gpunode_program_run_duration_seconds_sum', { program }), program).toBeCloseTo(sum, 6);
      expect(settled.value('gpunode_program_starts_total', { program, trigger: 'initial' }), program).toBe(1);
      expect(settled.value('gpunode_program_starts_total', { program, trigger: 'unknown' }), program).toBe(0);
    }
    expect(settled.value('gpunode_program_starts_total', { program: 'asked', trigger: 'requested' })).toBe(2);
    expect(settled.value('gpunode_program_starts_total', { program: 'asked', trigger: 'respawn' })).toBe(0);
    expect(settled.value('gpunode_program_gave_up_total', { program: 'gives-up' })).toBe(1);
    expect(settled.value('gpunode_program_last_exit_code', { program: 'lives' })).toBe(7);
    expect(settled.value('gpunode_program_last_exit_code', { program: 'gives-up' })).toBe(3);
    expect(settled.value('gpunode_exporter_state_restored')).toBe(1);
  });
});

function startsOf(text: Scrape, program: string): number {
  const triggers = ['initial', 'requested', 'respawn', 'unknown'];
  return triggers.reduce(
    (sum, trigger) => sum + (text.value('gpunode_program_starts_total', { program, trigger }) ?? NaN),
    0,
  );
}

function exitsOf(text: Scrape, program: string): Record<string, number | undefined> {
  return Object.fromEntries(
    causes.map((cause) => [cause, text.value('gpunode_program_exits_total', { program, cause })]),
  );
}

/** Only restored counters: probes, failures and lines begin anew with each process. */
async function noneGoesBack(earlier: Scrape, text: string): Promise<Scrape> {
  const now = parseExposition(text);
  for (const name of [
    'gpunode_program_starts_total',
    'gpunode_program_exits_total',
    'gpunode_program_gave_up_total',
    'gpunode_program_run_duration_seconds_count',
    'gpunode_program_short_runs_total',
  ]) {
    for (const [labels, before] of earlier.series(name)) {
      expect(now.series(name).get(labels), `${name}${labels}`).toBeGreaterThanOrEqual(before);
    }
  }
  return Promise.resolve(now);
}
