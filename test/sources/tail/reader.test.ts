/** The reader as a consumer of bytes uses it: marks, acknowledgements, gaps. */
import { appendFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTail } from '../../../src/sources/tail/reader.ts';
import type { Tail, TailLook, TailPoint } from '../../../src/sources/tail/reader.ts';
import type { TailPosition } from '../../../src/sources/tail/types.ts';

interface Read extends TailLook {
  readonly text: string;
  /** The first byte of each chunk. */
  readonly points: readonly TailPoint[];
}

let folder = '';
let log = '';
let open: Tail[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  log = join(folder, 'app.log');
  open = [];
});

afterEach(async () => {
  for (const tail of open) await tail.close();
  await rm(folder, { recursive: true });
});

function follow(position?: TailPosition, truncatedAtBytes?: number): Tail {
  const tail = createTail({ path: log, position, start: 'beginning', truncatedAtBytes, chunkBytes: 256 });
  open.push(tail);
  return tail;
}

/** What one look hands on; `|` is a gap. */
async function read(tail: Tail, maxBytes = 10_000): Promise<Read> {
  let text = '';
  const points: TailPoint[] = [];
  const look = await tail.read(maxBytes, ({ file, offset, bytes, gap }) => {
    text += `${gap ? '|' : ''}${bytes.toString('latin1')}`;
    points.push({ file, offset });
  });
  return { ...look, text, points };
}

describe('bytes', () => {
  it('are handed on in chunks with their places, up to the limit', async () => {
    writeFileSync(log, 'x'.repeat(1000));
    const tail = follow();
    const first = await read(tail, 600);
    expect(first).toMatchObject({ readBytes: 600, lagBytes: 400, atEnd: false });
    const [begin] = first.points;
    expect(begin).toEqual({ file: begin?.file, offset: 0 });
    expect(first.points.length).toBeGreaterThan(2);
    expect(await read(tail)).toMatchObject({ readBytes: 400, lagBytes: 0, atEnd: true });
  });

  it('come again from the oldest open event after a kill, also where that is in the renamed file', async () => {
    writeFileSync(log, 'done. open event, ');
    const tail = follow();
    const first = await read(tail);
    const file = first.end?.file ?? 0;
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'which goes on.');
    await read(tail);
    expect((await read(tail)).atEnd).toBe(true);
    const { position, rotations } = await tail.mark({ file, offset: 6 });
    expect(rotations.renamed).toBe(0);

    const other = follow(JSON.parse(JSON.stringify(position)) as TailPosition);
    const again = `${(await read(other)).text}${(await read(other)).text}`;
    expect(again).toBe('open event, which goes on.');
    const { end } = await read(other);
    expect((await other.mark(end)).rotations.renamed).toBe(1);
  });

  it('come again when the reply was lost, even from a file that was deleted since', async () => {
    writeFileSync(log, 'one ');
    const tail = follow();
    const saved = await tail.mark((await read(tail)).end);
    expect(await tail.resume(saved.position)).toBe('continued');
    appendFileSync(log, 'two ');
    unlinkSync(log);
    writeFileSync(log, 'three ');
    await read(tail);
    const lost = await tail.mark((await read(tail)).end);
    expect(lost.rotations.renamed).toBe(1);
    expect(await tail.resume(saved.position)).toBe('rewound');
    expect(`${(await read(tail)).text}${(await read(tail)).text}`).toBe('two three ');
    expect((await tail.mark((await read(tail)).end)).rotations.renamed).toBe(1);
  });

  it('come again when a reply was lost that left the oldest open event where it was', async () => {
    writeFileSync(log, 'open, ');
    const tail = follow();
    const { end } = await read(tail);
    const open = { file: end?.file ?? 0, offset: 0 };
    const saved = await tail.mark(open);
    expect(await tail.resume(saved.position)).toBe('continued');
    appendFileSync(log, 'open still, ');
    await read(tail);
    await tail.mark(open);
    expect(await tail.resume(saved.position)).toBe('rewound');
    expect((await read(tail)).text).toBe('open, open still, ');
  });

  it('cannot come from a position that is not the last', async () => {
    writeFileSync(log, 'one ');
    const tail = follow();
    const first = await tail.mark((await read(tail)).end);
    await tail.resume(first.position);
    appendFileSync(log, 'two ');
    const second = await tail.mark((await read(tail)).end);
    await tail.resume(second.position);
    expect(await tail.resume(first.position)).toBe('unknown');
  });

  it('have a gap before them where some may be missing', async () => {
    writeFileSync(log, 'before');
    const tail = follow();
    await read(tail);
    truncateSync(log);
    writeFileSync(log, 'after');
    expect((await read(tail)).text).toBe('|after');
  });

  it('have no gap where the writer is known to empty its file at this size', async () => {
    writeFileSync(log, 'before');
    const tail = follow(undefined, 6);
    await read(tail);
    writeFileSync(log, 'after');
    expect((await read(tail)).text).toBe('after');
    const { lostBytes, rotations } = await tail.mark((await read(tail)).end);
    expect({ lostBytes, rotations }).toEqual({ lostBytes: 0, rotations: { renamed: 0, truncated: 1 } });
  });

  it('that were lost are told by the mark that passes them, once', async () => {
    writeFileSync(log, 'be');
    const tail = follow(undefined, 6);
    const first = await read(tail);
    writeFileSync(log, 'after');
    const second = await read(tail);
    expect(second.text).toBe('|after');
    expect(await tail.mark(first.end)).toMatchObject({ lostBytes: 0, rotations: { truncated: 0 } });
    expect(await tail.mark(second.end)).toMatchObject({ lostBytes: 4, rotations: { truncated: 1 } });
    expect(await tail.mark(second.end)).toMatchObject({ lostBytes: 0, rotations: { truncated: 0 } });
  });

  it('known to have been there when the position was saved are lost with their file', async () => {
    writeFileSync(log, 'seen but not read');
    const tail = follow();
    const { position } = await tail.mark((await read(tail, 5)).end);
    unlinkSync(log);
    writeFileSync(log, 'new');
    const other = follow(position);
    const look = await read(other);
    expect(look.text).toBe('|new');
    expect((await other.mark(look.end)).lostBytes).toBe(12);
  });

  it('that an error in the consumer stopped at are not swallowed', async () => {
    writeFileSync(log, 'one');
    const failing = follow().read(100, () => {
      throw new Error('a fault of the consumer');
    });
    await expect(failing).rejects.toThrow('a fault of the consumer');
  });
});
