import { describe, expect, it } from 'vitest';
import type { KernelLogReply } from '../../../src/sources/kmsg/read.ts';
import { h100 } from '../../node/fake-nvidia-smi/cards.ts';
import { createFakeExec, finished } from '../../sources/nvidia-smi/fake-exec.ts';
import { createRig, lines } from './gpu-rig.ts';

const a = h100()['uuid'];

describe('the kernel log', () => {
  const bootId = 'b0';
  const xid = (sequence: number, number: number): KernelLogReply => ({
    messages: [{ sequence, atMs: 1_700_000_000_000 + sequence, text: `NVRM: Xid (PCI:0000:09:00): ${number}, x` }],
    position: { bootId, sequence },
    lost: 0,
    atEnd: true,
  });
  const nothing = (sequence: number): KernelLogReply => ({
    messages: [],
    position: { bootId, sequence },
    lost: 0,
    atEnd: true,
  });

  it('is counted once, before and after a restart, and speaks while nvidia-smi does not', async () => {
    const fake = createFakeExec();
    const rig = createRig({ exec: fake.exec });
    rig.kernelLog = xid(7, 79);
    const first = await rig.collect();
    expect(lines(first, 'gpu_xid').filter((line) => !line.endsWith(' 0'))).toEqual([
      `gpu_xid_errors_total{uuid=${a},xid=79} 1`,
      `gpu_xid_last_timestamp_seconds{uuid=${a},xid=79} 1700000000.007`,
    ]);
    expect([first.saved?.changed, first.events?.length]).toEqual(['counters', 1]);
    rig.kernelLog = nothing(9);
    expect((await rig.collect()).saved?.changed).toBe('positions');
    const again = createRig({ exec: fake.exec, restored: structuredClone(first.saved?.data) });
    again.kernelLog = xid(12, 79);
    fake.override = () => finished({ timedOut: true });
    const second = await again.collect();
    expect(second.ok).toBe(false);
    expect(lines(second, 'gpu_xid_errors').filter((line) => !line.endsWith(' 0'))).toEqual([
      `gpu_xid_errors_total{uuid=${a},xid=79} 2`,
    ]);
  });

  it('an Xid without a bus is nobody’s, also beside a card without one', async () => {
    const rig = createRig({ exec: createFakeExec({ cards: [{ ...h100(), 'pci.bus_id': '[N/A]' }] }).exec });
    const text = 'NVRM: Xid (0x0300): 13, Graphics Exception';
    rig.kernelLog = { ...nothing(7), messages: [{ sequence: 7, atMs: 1_700_000_000_000, text }] };
    expect(lines(await rig.collect(), 'gpu_xid_errors').filter((line) => !line.endsWith(' 0'))).toEqual([
      'gpu_xid_errors_total{uuid=unknown,xid=13} 1',
    ]);
  });

  it('that may not be read leaves no Xid series, not even old ones, and one line', async () => {
    const before = createRig({ exec: createFakeExec().exec });
    before.kernelLog = xid(7, 79);
    const restored = (await before.collect()).saved?.data;
    const rig = createRig({ exec: createFakeExec().exec, restored });
    for (let round = 0; round < 3; round += 1) expect(lines(await rig.collect(), 'gpu_xid')).toEqual([]);
    expect(rig.host.lines.filter(({ message }) => message.startsWith('Xids are not counted'))).toHaveLength(1);
  });

  it('is not published before its end was reached', async () => {
    const rig = createRig({ exec: createFakeExec().exec });
    let reads = 0;
    Object.defineProperty(rig, 'kernelLog', {
      get: () => ((reads += 1) < 3 ? { ...xid(reads, 48), atEnd: false } : nothing(3)),
    });
    expect(lines(await rig.collect(), 'gpu_xid_errors').filter((line) => !line.endsWith(' 0'))).toEqual([
      `gpu_xid_errors_total{uuid=${a},xid=48} 2`,
    ]);
    expect(reads).toBe(3);
  });
});
