import { describe, expect, it } from 'vitest';
import { hostHeadroom } from '../../../src/checklist/items/host-headroom.ts';
import type { HostFacts } from '../../../src/collectors/host/facts.ts';
import { configOf, healthyView, hostFacts, known } from '../healthy-view.ts';

describe('memory_headroom of the host', () => {
  const gib = 1024 ** 3;
  const memory = { limitBytes: 100 * gib, swapTotalBytes: 0, limitedBy: 'cgroup' } as const;

  it.each<[string, HostFacts['memory'], object]>([
    [
      'above the floor',
      { ...memory, availableBytes: 6 * gib },
      { status: 'pass', evidence: '6.00 GiB of 100 GiB (limit of the cgroup) available (6 %)' },
    ],
    [
      'at the floor',
      { ...memory, limitedBy: 'machine', availableBytes: 5 * gib },
      { status: 'fail', evidence: '5.00 GiB of 100 GiB available (5 %)' },
    ],
    ['half told', memory, { status: 'unknown', evidence: 'the memory could not be read' }],
  ])('%s', (_, facts, expected) => {
    const host = known({ ...hostFacts(), memory: facts as NonNullable<HostFacts['memory']> });
    expect(hostHeadroom.judge('host', healthyView({ host }))).toEqual({ ...expected, command: 'free -h' });
  });

  it('has a floor of its own', () => {
    const host = known(hostFacts({ memory: { ...memory, availableBytes: 6 * gib } }));
    const config = configOf({ checklist: { memory_floor_ratio: 0.1 } });
    expect(hostHeadroom.judge('host', healthyView({ host, config })).status).toBe('fail');
  });
});
