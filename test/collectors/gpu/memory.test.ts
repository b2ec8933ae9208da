import { describe, expect, it } from 'vitest';
import type { Owner } from '../../../src/sources/procfs/types.ts';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';
import { createFakeExec, finished } from '../../sources/nvidia-smi/fake-exec.ts';
import { bareMetal, createRig, lines } from './gpu-rig.ts';
import type { Rig } from './gpu-rig.ts';

const gib = 1_073_741_824;
const [a, b] = [h100(0)['uuid'], h100(1)['uuid']];
const llama: Owner = { kind: 'program', program: 'llama' };
const processes = [
  { card: 0, pid: 100, usedMiB: 5_120 },
  { card: 0, pid: 101, usedMiB: 1_024 },
  { card: 1, pid: 101, usedMiB: 2_048 },
  { card: 0, pid: 102, usedMiB: 3_072 },
  { card: 0, pid: 103, usedMiB: 512 },
  { card: 0, pid: 104, usedMiB: 256 },
];
const owners = {
  100: llama,
  101: { kind: 'program', program: 'worker-gpu' },
  102: { kind: 'orphan', formerProgram: 'llama' },
  103: { kind: 'foreign' },
} as const satisfies Record<number, Owner>;

const memory = (outcome: Awaited<ReturnType<Rig['collect']>>): string[] =>
  lines(outcome, 'gpu_program_memory', 'gpu_unattributed');

describe('memory by owner', () => {
  it('is summed up by card; what nobody holds is 0', async () => {
    const fake = createFakeExec({ cards: [h100(0), h100(1)], processes });
    const rig = createRig({ exec: fake.exec });
    rig.owners = owners;
    const outcome = await rig.collect();
    expect(memory(outcome)).toEqual([
      `gpu_program_memory_bytes{uuid=${a},program=llama} ${5 * gib}`,
      `gpu_program_memory_bytes{uuid=${a},program=worker-gpu} ${1 * gib}`,
      `gpu_program_memory_bytes{uuid=${b},program=llama} 0`,
      `gpu_program_memory_bytes{uuid=${b},program=worker-gpu} ${2 * gib}`,
      `gpu_unattributed_memory_bytes{uuid=${a},owner=foreign} ${gib / 2}`,
      `gpu_unattributed_memory_bytes{uuid=${a},owner=orphan} ${3 * gib}`,
      `gpu_unattributed_memory_bytes{uuid=${a},owner=unknown} ${gib / 4}`,
      `gpu_unattributed_memory_bytes{uuid=${b},owner=foreign} 0`,
      `gpu_unattributed_memory_bytes{uuid=${b},owner=orphan} 0`,
      `gpu_unattributed_memory_bytes{uuid=${b},owner=unknown} 0`,
    ]);
    expect(outcome.ok && outcome.facts.memory).toContainEqual({
      uuid: a,
      owner: 'orphan',
      program: 'llama',
      bytes: 3 * gib,
      pids: [102],
    });
    // The card's own number stands beside the sum, whatever that is.
    expect(lines(outcome, `gpu_memory_used_bytes{uuid=${b}`)).toEqual([`gpu_memory_used_bytes{uuid=${b}} ${2 * gib}`]);
  });

  it('shows the programs that are watched, by name, by group or all', async () => {
    const programsOf = async (programs: string[]): Promise<string[]> => {
      const rig = createRig({ exec: createFakeExec().exec, programs });
      return lines(await rig.collect(), 'gpu_program_memory').map((line) => /program=([^}]+)/.exec(line)?.[1] ?? '');
    };
    expect(await programsOf(['llama', 'not-there'])).toEqual(['llama']);
    expect(await programsOf(['pool'])).toEqual(['pool:a']);
    expect(await programsOf(['all'])).toEqual(['fastapi', 'llama', 'pool:a', 'worker-gpu']);
  });

  it('is not known while supervisord does not answer: the cards are', async () => {
    const rig = createRig({ exec: createFakeExec({ processes }).exec });
    rig.owners = undefined;
    const outcome = await rig.collect();
    expect(memory(outcome)).toEqual([]);
    expect(lines(outcome, 'gpus_visible')).toEqual(['gpus_visible 1']);
    expect(outcome.ok && outcome.facts.memory).toBeUndefined();
  });

  it('is not known where the process query fails', async () => {
    const fake = createFakeExec({ processes });
    fake.override = (args, good) =>
      args.some((each) => each.includes('compute-apps')) ? finished({ exitCode: 255, stdout: 'x' }) : good;
    const outcome = await createRig({ exec: fake.exec }).collect();
    expect([outcome.ok, memory(outcome)]).toEqual([true, []]);
    expect(lines(outcome, 'gpu_query_exit_code')).toEqual(['gpu_query_exit_code 255']);
  });

  it('has no sum where the driver does not say how much one process holds (WSL, Windows, vGPU)', async () => {
    const fake = createFakeExec({ processes: [...processes.slice(0, 2), { card: 0, pid: 105, usedMiB: '[N/A]' }] });
    const rig = createRig({ exec: fake.exec });
    rig.owners = { ...owners, 105: llama };
    const known = memory(await rig.collect()).map((line) => line.replace(/uuid=[^,]+,/, ''));
    expect(known).toContain(`gpu_program_memory_bytes{program=worker-gpu} ${gib}`);
    expect(known.filter((line) => line.includes('program=llama'))).toEqual([]);
  });

  it('survives names with commas, quotes and newlines, for it does not ask for names', async () => {
    const rig = createRig({ exec: createFakeExec({ recorded: '470.256.02-apps-odd-names' }).exec });
    rig.owners = Object.fromEntries(
      [101, 102, 103, 105, 106, 107, 108].map((pid) => [pid, { kind: 'foreign' } as const]),
    );
    const outcome = await rig.collect();
    expect(
      lines(outcome, 'gpu_unattributed')
        .filter((line) => line.includes('foreign'))
        .map((line) => Number(line.split(' ')[1]) / 1_048_576),
    ).toEqual([3566, 5195, 1]);
  });
});

describe('in a container', () => {
  const container = { ...bareMetal, container: true, firstPidNamespace: false };

  it('an empty list says nothing', async () => {
    const rig = createRig({ exec: createFakeExec().exec });
    rig.hardware = container;
    expect(memory(await rig.collect())).toEqual([]);
  });

  it('pids of the host are unknown, even one that exists here by chance; one line says what to do', async () => {
    const rig = createRig({ exec: createFakeExec({ processes }).exec });
    rig.hardware = container;
    rig.owners = { 100: llama };
    for (let round = 0; round < 2; round += 1) {
      expect(memory(await rig.collect())).toEqual([
        `gpu_unattributed_memory_bytes{uuid=${a},owner=unknown} ${(5_120 + 1_024 + 3_072 + 512 + 256) * 1_048_576}`,
      ]);
    }
    expect(rig.host.lines.filter(({ message }) => message.includes('--pid=host'))).toHaveLength(1);
  });

  it('pids that are all ours are believed', async () => {
    const rig = createRig({ exec: createFakeExec({ processes: processes.slice(0, 1) }).exec });
    rig.hardware = container;
    rig.owners = owners;
    expect(memory(await rig.collect())).toContain(`gpu_program_memory_bytes{uuid=${a},program=llama} ${5 * gib}`);
  });

  it('MIG without permission: a process that nobody may see leaves nothing to be said', async () => {
    const denied = '[Insufficient Permissions]';
    const rig = createRig({ exec: createFakeExec({ processes: [{ card: 0, pid: denied, usedMiB: denied }] }).exec });
    rig.hardware = container;
    expect(memory(await rig.collect())).toEqual([]);
  });
});
