import { describe, expect, it } from 'vitest';
import { cudaVisible, gpuHeadroom, gpuMemoryOwned, gpuOk } from '../../../src/checklist/items/gpu.ts';
import type { GpuFacts } from '../../../src/collectors/gpu/facts.ts';
import { gpuMetrics } from '../../../src/collectors/gpu/metrics.ts';
import type { ChecklistItem } from '../../../src/checklist/types.ts';
import { sample } from '../../../src/core/samples.ts';
import { card, configOf, failed, gpu, gpuFacts, healthyView, known } from '../healthy-view.ts';

const gib = 1024 ** 3;
const other = 'GPU-00000000-0000-0000-0000-000000000002';
const missed = { uuid: other, index: '1', name: 'NVIDIA H100 80GB HBM3', busId: '00000000:9C:00.0', visible: false };

function viewOf(change: Partial<GpuFacts>) {
  return healthyView({ gpu: known(gpuFacts(change)) });
}

function judge(item: ChecklistItem, subject: string, change: Partial<GpuFacts> = {}) {
  return item.judge(subject, viewOf(change));
}

describe('cuda_visible', () => {
  const probe = (available: boolean | undefined, asking = false) => ({
    probe: 'torch',
    program: 'worker-gpu',
    available,
    asking,
  });

  it.each<[string, Partial<GpuFacts>, object]>([
    ['visible', {}, { status: 'pass', evidence: 'nvidia-smi answers: 1 card visible' }],
    [
      'none expected, none visible',
      { visible: 0, expected: 0, cards: [] },
      { status: 'pass', evidence: 'no GPU is expected here' },
    ],
    [
      'none of those that are expected',
      { visible: 0, expected: 2, cards: [], message: "couldn't communicate with the NVIDIA driver" },
      {
        status: 'fail',
        evidence: "no card is visible, 2 expected: couldn't communicate with the NVIDIA driver",
      },
    ],
    [
      'a probe that succeeds',
      { probes: [probe(true)] },
      { status: 'pass', evidence: 'nvidia-smi answers: 1 card visible' },
    ],
    [
      'a probe that fails',
      { probes: [probe(false)] },
      { status: 'fail', evidence: 'CUDA is not available: probe torch' },
    ],
    [
      'a probe that is asking',
      { probes: [probe(undefined, true)] },
      { status: 'unknown', evidence: 'no answer of probe torch', settling: true, early: true },
    ],
    [
      'a probe without answer',
      { probes: [probe(undefined)] },
      { status: 'unknown', evidence: 'no answer of probe torch' },
    ],
  ])('%s', (_, change, expected) => {
    expect(judge(cudaVisible, 'node', change)).toEqual({ ...expected, command: 'timeout 20 nvidia-smi' });
  });

  it('fails when nvidia-smi has hung for longer than a minute, and is unknown before', () => {
    const stuck = (seconds: number) =>
      cudaVisible.judge('node', healthyView({ gpu: failed('timeout', [sample(gpuMetrics.queryStuck, {}, seconds)]) }));
    expect(stuck(60)).toMatchObject({ status: 'unknown', command: 'timeout 20 nvidia-smi' });
    expect(stuck(61)).toMatchObject({
      status: 'fail',
      evidence: 'nvidia-smi has hung for 1m 1s',
      runbook: 'GpuNodeNvidiaSmiStuck',
    });
  });

  it('suggests the nvidia-smi that the exporter runs', () => {
    const config = configOf({ gpu: { command: ['/opt/nv tools/nvidia-smi', '--id=0'] } });
    expect(cudaVisible.judge('node', healthyView({ config })).command).toBe(
      "timeout 20 '/opt/nv tools/nvidia-smi' --id=0",
    );
  });
});

describe('gpu_ok', () => {
  const who = 'NVIDIA H100 80GB HBM3, index 0';

  it.each<[string, Partial<GpuFacts>, object]>([
    ['well', {}, { status: 'pass', evidence: `${who}: readable, no repair pending` }],
    [
      'not readable',
      { cards: [card({ readable: false })] },
      { status: 'fail', evidence: `${who}: its values cannot be read` },
    ],
    [
      'waiting for repair',
      { cards: [card({ flags: { rowRemapPending: true, pageRetirementPending: true } })] },
      {
        status: 'fail',
        evidence: `${who}: row remapping and page retirement pending`,
        runbook: 'GpuNodeGpuRepairPending',
      },
    ],
  ])('%s', (_, change, expected) => {
    expect(judge(gpuOk, gpu, change)).toEqual({ ...expected, command: 'timeout 20 nvidia-smi' });
  });

  it('fails for a card that is gone, under its own uuid', () => {
    const change = { expected: 2, missing: [missed] };
    expect(gpuOk.subjects(viewOf(change))).toEqual([gpu, other]);
    expect(judge(gpuOk, other, change)).toEqual({
      status: 'fail',
      evidence: '1 of 2 cards visible, and this one is not',
      command: 'dmesg -T | grep -i -E "xid|nvrm" | tail',
      runbook: 'GpuNodeGpuMissing',
    });
  });

  it('has a subject for a card that is expected and that nobody ever saw', () => {
    const change = { expected: 2 };
    expect(gpuOk.subjects(viewOf(change))).toEqual([gpu, 'never seen']);
    expect(judge(gpuOk, 'never seen', change)).toMatchObject({ status: 'fail', runbook: 'GpuNodeGpuMissing' });
  });

  it('says so where a card is there and does not tell its uuid', () => {
    expect(judge(gpuOk, 'never seen', { visible: 2, expected: 2 }).evidence).toBe(
      '2 of 2 cards visible, and one does not tell its uuid',
    );
  });

  it('leaves it to cuda_visible where there is no card at all', () => {
    expect(gpuOk.subjects(viewOf({ visible: 0, cards: [] }))).toEqual([]);
  });

  it('is unknown while nvidia-smi is silent', () => {
    const view = healthyView({ gpu: failed() });
    expect(gpuOk.subjects(view)).toBeUndefined();
    expect(gpuOk.judge(gpu, view)).toMatchObject({ status: 'unknown', command: 'timeout 20 nvidia-smi' });
  });
});

describe('gpu_memory_owned', () => {
  const held = (owner: 'orphan' | 'unknown' | 'foreign', bytes: number | undefined = 3 * gib) => ({
    uuid: gpu,
    owner,
    program: owner === 'orphan' ? 'llama' : undefined,
    bytes,
    pids: [77],
  });

  it.each<[string, Partial<GpuFacts>, object]>([
    ['owned', {}, { status: 'pass', evidence: 'no orphan holds GPU memory' }],
    ['nothing held', { memory: [] }, { status: 'pass', evidence: 'no orphan holds GPU memory' }],
    ['somebody else', { memory: [held('foreign')] }, { status: 'pass', evidence: 'no orphan holds GPU memory' }],
    [
      'an orphan',
      { memory: [held('orphan'), held('unknown')] },
      { status: 'fail', evidence: '3.00 GiB held by pid 77 left behind by llama' },
    ],
    [
      'an orphan on two cards',
      { memory: [held('orphan'), { ...held('orphan'), uuid: 'GPU-b' }] },
      { status: 'fail', evidence: '6.00 GiB held by pid 77 left behind by llama' },
    ],
    [
      'an orphan of unknown size',
      { memory: [{ ...held('orphan'), bytes: undefined }] },
      { status: 'fail', evidence: 'memory held by pid 77 left behind by llama' },
    ],
    [
      'hidden pids',
      { memory: [held('unknown')] },
      {
        status: 'unknown',
        evidence: 'processes that are not visible from here hold memory: whose they are cannot be told',
      },
    ],
    [
      'not told',
      { memory: undefined },
      { status: 'unknown', evidence: 'the driver does not say here who holds memory' },
    ],
    [
      'no GPU',
      { visible: 0, expected: 0, cards: [], memory: undefined },
      { status: 'pass', evidence: 'no GPU is expected here' },
    ],
  ])('%s', (_, change, expected) => {
    const command = 'timeout 20 nvidia-smi --query-compute-apps=pid,used_memory,gpu_uuid --format=csv';
    expect(judge(gpuMemoryOwned, 'node', change)).toEqual({ ...expected, command });
  });

  it('of whom nobody knows while supervisord is silent, and not because of the driver', () => {
    const view = healthyView({ gpu: known(gpuFacts({ memory: undefined })), supervisor: failed() });
    expect(gpuMemoryOwned.judge('node', view)).toMatchObject({
      status: 'unknown',
      evidence: 'not known: timeout, no answer within 2000 ms',
    });
  });
});

describe('memory_headroom of a GPU', () => {
  const free = (bytes: number) => card({ readings: { memoryTotalBytes: 100 * gib, memoryFreeBytes: bytes } });

  it('is above the floor, or not', () => {
    expect(judge(gpuHeadroom, gpu)).toEqual({
      status: 'pass',
      evidence: '40.0 GiB of 80.0 GiB free (50 %)',
      command: 'timeout 20 nvidia-smi',
    });
    expect(judge(gpuHeadroom, gpu, { cards: [free(5 * gib)] })).toMatchObject({
      status: 'fail',
      evidence: '5.00 GiB of 100 GiB free (5 %)',
    });
    expect(judge(gpuHeadroom, gpu, { cards: [free(5 * gib + 1)] }).status).toBe('pass');
  });

  it('is unknown of a card that cannot be read or is gone, and no item of one that has no memory of its own', () => {
    const silent = card({ readings: {}, readable: false });
    expect(judge(gpuHeadroom, gpu, { cards: [silent] })).toMatchObject({
      status: 'unknown',
      evidence: 'its memory cannot be read',
    });
    expect(gpuHeadroom.subjects(viewOf({ cards: [card({ readings: {} })] }))).toEqual([]);
    expect(gpuHeadroom.subjects(viewOf({ cards: [silent], missing: [missed] }))).toEqual([gpu, other]);
    expect(judge(gpuHeadroom, other, { missing: [missed] })).toMatchObject({
      status: 'unknown',
      evidence: 'the card is not visible',
    });
  });
});
