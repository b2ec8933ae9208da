import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/core/errors.ts';
import { readKernelLog } from '../../../src/sources/kmsg/read.ts';
import type { KernelLogPosition, KernelLogReply } from '../../../src/sources/kmsg/read.ts';

let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-log-'));
  log = join(folder, 'kmsg');
  writeFileSync(log, record(10, 'first') + record(11, 'NVRM: Xid (PCI:0000:01:00): 31, x') + ' KEY=value\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function record(sequence: number, text: string): string {
  return `4,${sequence},${sequence * 1000},-;${text}\n`;
}

function read(after?: KernelLogPosition, path = log): Promise<KernelLogReply> {
  return readKernelLog.run(path, { consumer: path, after, containing: ['NVRM: '] });
}

const at = (sequence: number): KernelLogPosition => ({ bootId, sequence });
const sequences = (reply: KernelLogReply): number[] => reply.messages.map(({ sequence }) => sequence);

describe('a log', () => {
  it('is read from what the kernel still has, then on from where it was', async () => {
    const first = await read();
    expect(first).toMatchObject({ position: at(11), lost: 0, atEnd: true });
    expect(sequences(first)).toEqual([11]);
    appendFileSync(log, record(12, 'NVRM: a') + record(13, 'other') + record(14, 'NVRM: b'));
    const second = await read(first.position);
    expect([sequences(second), second.position]).toEqual([[12, 14], at(14)]);
    expect(sequences(await read(second.position))).toEqual([]);
  });

  it('is read again where a reply was not acknowledged, and after a restart', async () => {
    const first = await read();
    appendFileSync(log, record(12, 'NVRM: a'));
    await read(first.position);
    // That reply never arrived.
    const again = await read(first.position);
    expect(sequences(again)).toEqual([12]);
    expect(sequences(await read(at(11)))).toEqual([12]);
    expect(sequences(await read(undefined))).toEqual([11, 12]);
  });

  it('of another boot is read from its beginning', async () => {
    expect(sequences(await read({ bootId: 'another', sequence: 5_000 }))).toEqual([11]);
  });

  it('tells how many records were overwritten', async () => {
    const first = await read();
    appendFileSync(log, record(20, 'NVRM: late'));
    expect(await read(first.position)).toMatchObject({ lost: 8, position: at(20) });
    expect(await read(at(4))).toMatchObject({ lost: 5 + 8 });
  });

  it('that is younger than the position goes on without counting anything', async () => {
    const reply = await read(at(900));
    expect(reply).toMatchObject({ messages: [], position: at(11), atEnd: true });
    appendFileSync(log, record(12, 'NVRM: a'));
    expect(sequences(await read(reply.position))).toEqual([12]);
  });

  it('waits for the rest of a line', async () => {
    const first = await read();
    appendFileSync(log, '4,12,99,-;NVRM: ha');
    expect(sequences(await read(first.position))).toEqual([]);
    appendFileSync(log, 'lf\n');
    expect((await read(first.position)).messages).toMatchObject([{ sequence: 12, text: 'NVRM: half' }]);
  });

  it('without end is read in pieces', async () => {
    const many = Array.from({ length: 12_000 }, (_, index) => record(100 + index, `NVRM: ${index}`)).join('');
    writeFileSync(log, many);
    let reply = await read();
    let total = reply.messages.length;
    while (!reply.atEnd) {
      reply = await read(reply.position);
      total += reply.messages.length;
    }
    expect(total).toBe(12_000);
  });

  it('that is not there or may not be read says so', async () => {
    await expect(read(undefined, join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('without a reader does not block', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(await read(undefined, fifo)).toMatchObject({ messages: [], atEnd: true });
  });
});

describe('the kernel itself', () => {
  const readKernel = (after?: KernelLogPosition): Promise<KernelLogReply> =>
    readKernelLog.run('/dev/kmsg', { consumer: 'test', after, containing: [''] });

  it('gives its records, newest last, with a time since it booted, or says that it may not', async () => {
    let refused: string | undefined;
    const reply = await readKernel().catch((error: unknown) => {
      refused = errorCode(error);
    });
    expect([undefined, 'EPERM', 'EACCES', 'ENOENT']).toContain(refused);
    const messages = reply?.messages ?? [];
    expect(messages.at(-1)?.sequence).toBe(reply?.position.sequence);
    expect(messages.filter(({ atMs }) => atMs > Date.now() + 60_000)).toEqual([]);
    const next = reply && (await readKernel(reply.position));
    expect(next?.messages.length ?? 0).toBeLessThanOrEqual(Math.max(0, messages.length - 1));
  });
});
