import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCompressed } from '../../../src/sources/tail/compressed.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
});

afterEach(() => rm(folder, { recursive: true }));

const content = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join(''));

async function compressed(kind: string, bytes: Buffer): Promise<ReturnType<typeof openCompressed>> {
  const path = join(folder, `app.log.1.${kind}`);
  await writeFile(path, bytes);
  return openCompressed(path, kind);
}

describe('a compressed file', () => {
  it.each([
    ['gz', gzipSync(content)],
    ['zst', zstdCompressSync(content)],
  ])('is read at any offset: %s', async (kind, bytes) => {
    const log = await compressed(kind, bytes);
    if ('unreadable' in log) throw new Error(log.unreadable);
    const { file, facts } = log;
    expect(facts.size).toBe(content.length);
    const place = fc.record({ offset: fc.nat(content.length + 10), length: fc.integer({ min: 1, max: 70_000 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ offset, length }) => {
        const buffer = Buffer.alloc(length);
        const read = await file.read(buffer, length, offset);
        expect(buffer.subarray(0, read).equals(content.subarray(offset, offset + length))).toBe(true);
      }),
      { numRuns: 40 },
    );
    await file.close();
  });

  it('is not read if it does not say how long its content is', async () => {
    const stream = createZstdCompress();
    stream.end(content);
    expect(await compressed('zst', Buffer.concat(await stream.toArray()))).toEqual({ unreadable: 'not_a_file' });
    expect(await compressed('xz', Buffer.from('xz'))).toEqual({ unreadable: 'not_a_file' });
    expect(await compressed('gz', Buffer.from('gz'))).toEqual({ unreadable: 'not_a_file' });
  });
});
