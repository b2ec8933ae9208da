/** How fast the tail reader hands on a large log, against reading the same bytes: `node test/bench/tail.bench.ts` */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLineReaders } from '../../src/sources/tail/lines-operation.ts';
import { createTail } from '../../src/sources/tail/reader.ts';
import type { TailPosition } from '../../src/sources/tail/types.ts';

const megabyte = 1_048_576;
const sizeBytes = 512 * megabyte;
const folder = await mkdtemp(join(tmpdir(), 'tail-bench-'));
const path = join(folder, 'app.log');

try {
  const line = `${'2026-01-15 12:00:00,123 INFO     a line as a worker writes it, of a usual length '.repeat(2)}\n`;
  const lines = line.repeat(Math.ceil(megabyte / line.length)).slice(0, megabyte - 1);
  await writeFile(path, `${lines}\n`);
  for (let written = 1; written < sizeBytes / megabyte; written += 1) {
    await writeFile(path, `${lines}\n`, { flag: 'a' });
  }
  const before = process.resourceUsage().maxRSS;
  await measure('read() in pieces of 1 MB', readPlain);
  await measure('the reader, 1 MB chunks', () => readChunks(megabyte));
  await measure('the reader, 256 kB chunks', () => readChunks(megabyte / 4));
  report(`memory grew by ${((process.resourceUsage().maxRSS - before) / 1024).toFixed(0)} MB`);
  await measure('lines', readLines);
} finally {
  await rm(folder, { recursive: true });
}

async function readPlain(): Promise<number> {
  const handle = await open(path);
  const buffer = Buffer.allocUnsafeSlow(megabyte);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, megabyte, bytes);
    if (bytesRead === 0) break;
    bytes += bytesRead;
  }
  await handle.close();
  return bytes;
}

async function readChunks(chunkBytes: number): Promise<number> {
  const tail = createTail({ path, position: undefined, start: 'beginning', chunkBytes });
  let bytes = 0;
  for (let atEnd = false; !atEnd;) {
    const look = await tail.read(8 * megabyte, (chunk) => (bytes += chunk.bytes.length));
    await tail.resume((await tail.mark(look.end)).position);
    atEnd = look.atEnd;
  }
  await tail.close();
  return bytes;
}

async function readLines(): Promise<number> {
  const readers = createLineReaders();
  let position: TailPosition | undefined;
  let bytes = 0;
  for (let atEnd = false; !atEnd;) {
    const request = { consumer: 'bench', start: 'beginning' as const, maxBytes: 8 * megabyte };
    const reply = await readers.read(path, position ? { ...request, position } : request);
    position = reply.position;
    bytes += reply.readBytes;
    atEnd = reply.atEnd;
  }
  await readers.close();
  return bytes;
}

async function measure(what: string, work: () => Promise<number>): Promise<void> {
  const begin = performance.now();
  const bytes = await work();
  const seconds = (performance.now() - begin) / 1000;
  if (bytes !== sizeBytes) throw new Error(`${what}: ${bytes} bytes`);
  report(`${what}: ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`);
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
