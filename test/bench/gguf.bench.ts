/** How long the header of a model with a vocabulary of 8.5 MB takes, against reading the same bytes: `node test/bench/gguf.bench.ts` */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGgufHeader } from '../../src/sources/gguf/header.ts';
import { smallModel, strings, types } from '../sources/gguf/build.ts';

const rounds = 20;
const directory = await mkdtemp(join(tmpdir(), 'gguf-bench-'));
const path = join(directory, 'vocabulary.gguf');
try {
  // As many tokens and merges as Qwen2.5 has, of about the same length.
  const { header, whole, requiredBytes } = smallModel({
    keys: [
      ['tokenizer.ggml.tokens.all', types.array, strings(words(151_936, 5))],
      ['tokenizer.ggml.merges', types.array, strings(words(151_387, 8))],
    ],
  });
  await writeFile(path, whole);
  const plain = await fastest(async (buffer, handle) => {
    for (let at = 0; at < header.length; at += buffer.length) await handle.read(buffer, 0, buffer.length, at);
  });
  const before = process.memoryUsage().rss;
  const parsed = await fastest(async (_, handle, sizeBytes) => {
    const source = {
      sizeBytes,
      read: async (buffer: Uint8Array, position: number) =>
        (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    };
    const found = await readGgufHeader(source);
    if (found.status !== 'ok' || found.requiredBytes !== requiredBytes) throw new Error(JSON.stringify(found));
  });
  const grown = Math.max(0, process.memoryUsage().rss - before);
  process.stdout.write(
    `header ${(header.length / 1e6).toFixed(2)} MB: read ${plain.toFixed(1)} ms, parsed ${parsed.toFixed(1)} ms ` +
      `(x ${(parsed / plain).toFixed(1)}), memory +${(grown / 1e6).toFixed(1)} MB\n`,
  );
} finally {
  await rm(directory, { recursive: true });
}

function words(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => index.toString(36).padStart(length + (index % 11), '▁a'));
}

type Handle = Awaited<ReturnType<typeof open>>;

async function fastest(run: (buffer: Buffer, handle: Handle, sizeBytes: number) => Promise<void>): Promise<number> {
  const buffer = Buffer.alloc(512 * 1024);
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const handle = await open(path);
    const { size } = await handle.stat();
    const startMs = performance.now();
    await run(buffer, handle, size);
    best = Math.min(best, performance.now() - startMs);
    await handle.close();
  }
  return best;
}
