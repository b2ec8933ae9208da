import { describe, expect, it } from 'vitest';
import { countXids, xidSamples } from '../../../src/collectors/gpu/xids.ts';
import type { SavedXids } from '../../../src/collectors/gpu/saved.ts';
import type { KernelLogReply } from '../../../src/sources/kmsg/read.ts';

const nowMs = 1_700_000_000_000;
const boot = 'b0';
const cards = { '0000:01:00': 'GPU-a', '0000:05:00': 'GPU-b' };

/** Messages as [seconds before now, text], in order. */
function reply(messages: readonly (readonly [number, string])[], first = 1): KernelLogReply {
  return {
    messages: messages.map(([ago, text], index) => ({ sequence: first + index, atMs: nowMs - ago * 1_000, text })),
    position: { bootId: boot, sequence: first + messages.length - 1 },
    lost: 0,
    atEnd: true,
  };
}

const counts = ({ counts: all }: SavedXids): string[] => all.map(({ uuid, xid, count }) => `${uuid} ${xid} ${count}`);

describe('Xids', () => {
  it('are counted by card and number, each with an event of its own', () => {
    const said = reply([
      [600, 'NVRM: Xid (PCI:0000:01:00): 31, pid=1, name=x, MMU Fault'],
      [500, 'NVRM: Xid (PCI:0000:01:00): 31, pid=1, name=x, MMU Fault'],
      [400, 'NVRM: Xid (0000:05:00): 48, DBE'],
      [300, 'NVRM: Xid (PCI:0000:77:00): 43, x'],
    ]);
    const { xids, events } = countXids(undefined, said, cards, nowMs);
    expect(counts(xids)).toEqual(['GPU-a 31 2', 'GPU-b 48 1', 'unknown 43 1']);
    expect(events.map(({ id, kind, subject, detail }) => `${id} ${kind} ${subject} ${detail}`)).toEqual([
      'gpu/xid/b0/1 gpu GPU-a xid 31',
      'gpu/xid/b0/2 gpu GPU-a xid 31',
      'gpu/xid/b0/3 gpu GPU-b xid 48',
      'gpu/xid/b0/4 gpu unknown xid 43',
    ]);
    // Nothing new: nothing counted.
    const again = countXids(xids, { ...reply([]), position: xids.position }, cards, nowMs);
    expect([again.xids.counts, again.events]).toEqual([xids.counts, []]);
  });

  it('are known by the kernel’s own line where nvidia-smi no longer lists the card', () => {
    const uuid = 'GPU-509665ad-b600-ac93-3616-d754b23d636d';
    const said = reply([
      [9, `NVRM: GPU at PCI:0000:9b:00: ${uuid}`],
      [9, 'NVRM: Xid (PCI:0000:9b:00): 119, pid=2, name=nvidia-smi, Timeout after 6s'],
    ]);
    const { xids } = countXids(undefined, said, {}, nowMs);
    expect(counts(xids)).toEqual([`${uuid} 119 1`]);
    // That line does not come a second time, not even to the next exporter.
    const later = countXids(xids, reply([[8, 'NVRM: Xid (PCI:0000:9b:00): 119, again']], 3), {}, nowMs);
    expect(counts(later.xids)).toEqual([`${uuid} 119 2`]);
  });

  it('carry the time of the newest', () => {
    const { xids } = countXids(undefined, reply([[60, 'NVRM: Xid (PCI:0000:01:00): 79, x']]), cards, nowMs);
    const samples = xidSamples(xids.counts, ['GPU-a', 'GPU-b']).map(({ metric, labels, value }) => [
      metric.name,
      labels['uuid'],
      labels['xid'],
      value,
    ]);
    expect(samples).toContainEqual(['gpunode_gpu_xid_last_timestamp_seconds', 'GPU-a', '79', nowMs / 1_000 - 60]);
    expect(samples).toContainEqual(['gpunode_gpu_xid_errors_total', 'GPU-a', '79', 1]);
    expect(samples).toContainEqual(['gpunode_gpu_xid_errors_total', 'GPU-b', '79', 0]);
    expect(samples.filter(([, uuid, xid]) => uuid === 'GPU-a' && xid === '79')).toHaveLength(2);
  });
});

describe('a loss', () => {
  const fallen = 'NVRM: GPU 0000:01:00.0: GPU has fallen off the bus.';
  const xid79 = 'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.';

  it.each([
    [
      'after its Xid 79',
      [
        [20, xid79],
        [20, fallen],
      ],
    ],
    [
      'before its Xid 79',
      [
        [20, fallen],
        [20, xid79],
      ],
    ],
  ] as const)('that comes %s is that Xid', (_when, messages) => {
    expect(counts(countXids(undefined, reply(messages), cards, nowMs).xids)).toEqual(['GPU-a 79 1']);
  });

  it('that names no card is that of the Xid 79 beside it', () => {
    const said = reply([
      [20, xid79],
      [20, 'NVRM: GPU has fallen off the bus.'],
    ]);
    expect(counts(countXids(undefined, said, cards, nowMs).xids)).toEqual(['GPU-a 79 1']);
  });

  it('without a number is one, however often it is said within a minute', () => {
    const text =
      'NVRM: The NVIDIA GPU 0000:01:00.0\nNVRM: (PCI ID: 10de:26b5) installed in this system has\nNVRM: fallen off the bus and is not responding to commands.';
    const said = reply([
      [300, text],
      [290, text],
      [120, text],
    ]);
    expect(counts(countXids(undefined, said, cards, nowMs).xids)).toEqual(['GPU-a none 2']);
  });

  it('in three messages is the loss of the card that the first one names', () => {
    const said = reply([
      [300, 'NVRM: The NVIDIA GPU 0000:05:00.0'],
      [300, 'NVRM: (PCI ID: 10de:26b5) installed in this system has'],
      [300, 'NVRM: fallen off the bus and is not responding to commands.'],
    ]);
    expect(counts(countXids(undefined, said, cards, nowMs).xids)).toEqual(['GPU-b none 1']);
  });

  it('of this moment waits for its Xid 79, also across a restart', () => {
    const first = countXids(undefined, reply([[1, fallen]]), cards, nowMs);
    expect(counts(first.xids)).toEqual([]);
    const restored = structuredClone(first.xids);
    const told = countXids(restored, reply([[0, xid79]], 2), cards, nowMs + 15_000);
    expect(counts(told.xids)).toEqual(['GPU-a 79 1']);
    const alone = countXids(restored, reply([], 2), cards, nowMs + 15_000);
    expect(counts(alone.xids)).toEqual(['GPU-a none 1']);
    expect(alone.events).toMatchObject([{ id: 'gpu/xid/b0/1', atMs: nowMs - 1_000, detail: 'xid none' }]);
  });
});
