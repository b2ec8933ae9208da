import { truncated } from './problems.ts';
import type { ByteSource } from './types.ts';

const looked = 64;

/**
 * What a file that does not begin with `GGUF` seems to be; undefined if it does. Throws `HeaderProblem` (truncated) while
 * fewer than four bytes are there.
 */
export async function describeForeignFile(source: ByteSource): Promise<string | undefined> {
  const buffer = Buffer.alloc(looked);
  const start = buffer.subarray(0, await source.read(buffer, 0));
  const magic = start.subarray(0, 4).toString('latin1');
  if (magic === 'GGUF') return undefined;
  if ('GGUF'.startsWith(magic)) throw truncated(4);
  const text = start.toString('latin1');
  const known = signatures.find(([begins]) => begins(text));
  return known?.[1] ?? `no GGUF file: it begins with 0x${start.subarray(0, 4).toString('hex')}`;
}

const signatures: readonly (readonly [(text: string) => boolean, string])[] = [
  [(text) => text.startsWith('version https://git-lfs'), 'a git-lfs pointer, not the file it stands for'],
  [(text) => /^\s*<(?:!doctype|html|head|\?xml)/i.test(text), 'a web page, such as a download that got an error page'],
  [(text) => /^\s*[[{]/.test(text), 'JSON, such as an error of a download'],
  [(text) => /^(?:lmgg|fmgg|tjgg|algg)/.test(text), 'an old ggml file, from before GGUF'],
  [(text) => text.startsWith('PK\u0003\u0004'), 'a zip archive or PyTorch checkpoint'],
  [(text) => text.startsWith('\0\0\0\0'), 'no GGUF file yet: it begins with zeros, as a preallocated one does'],
];
