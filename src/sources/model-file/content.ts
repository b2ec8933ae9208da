import { basename } from 'node:path';
import { readGgufHeader } from '../gguf/header.ts';
import type { ByteSource, GgufHeader } from '../gguf/types.ts';
import { readCtranslate2Size } from './ctranslate2.ts';
import { readSafetensorsSize } from './safetensors.ts';
import type { FileContent } from './types.ts';
import { findZeroParts } from './zero-tail.ts';

/** What kind of file it is for `readContent`. Of `text` any length is whole; of `opaque` nothing is known. */
export type ContentKind = 'gguf' | 'ctranslate2' | 'safetensors' | 'json' | 'text' | 'opaque';

/** Reads what can be told of a file's inside, with bounded reads. Throws only when reading itself fails. */
export async function readContent(source: ByteSource, kind: ContentKind, fingerprint: string): Promise<FileContent> {
  if (source.sizeBytes === 0) {
    return { fingerprint, state: 'invalid', problem: 'the file is empty', zeroTail: false, zeroData: false };
  }
  const { dataOffset, ...facts } = await readFacts(source, kind);
  const end = Math.min(source.sizeBytes, facts.requiredBytes ?? source.sizeBytes);
  return { fingerprint, ...facts, ...(await findZeroParts(source, Math.min(dataOffset, end), end)) };
}

type Facts = Omit<FileContent, 'fingerprint' | 'zeroTail' | 'zeroData'> & { readonly dataOffset: number };

async function readFacts(source: ByteSource, kind: ContentKind): Promise<Facts> {
  if (kind === 'gguf') return ggufFacts(await readGgufHeader(source));
  if (kind === 'json') return { ...(await jsonFacts(source)), dataOffset: 0 };
  if (kind === 'ctranslate2') return { ...(await readCtranslate2Size(source)), dataOffset: 0 };
  if (kind === 'safetensors') return readSafetensorsSize(source);
  if (kind === 'text') return { state: 'valid', requiredBytes: source.sizeBytes, dataOffset: 0 };
  return { state: 'unknown', dataOffset: 0 };
}

/** Which kind a file is by its name. */
export function contentKind(path: string): ContentKind {
  const name = basename(path);
  if (name.toLowerCase().endsWith('.gguf')) return 'gguf';
  if (name === 'model.bin') return 'ctranslate2';
  if (name.endsWith('.safetensors')) return 'safetensors';
  if (name.endsWith('.json')) return 'json';
  return name.endsWith('.txt') ? 'text' : 'opaque';
}

function ggufFacts(header: GgufHeader): Facts {
  if (header.status === 'truncated') {
    const { reason, atLeastBytes } = header;
    return { state: 'invalid', problem: reason, minimumBytes: atLeastBytes, dataOffset: 0 };
  }
  if (header.status !== 'ok') return { state: 'invalid', problem: header.reason, dataOffset: 0 };
  const { requiredBytes, minimumBytes, unknownTypes, architecture, quantization, parameters, split, dataOffset } =
    header;
  return {
    ...(requiredBytes === undefined
      ? { state: 'unknown', problem: `tensors of unknown size: ${unknownTypes.join(', ')}` }
      : { state: 'valid', requiredBytes }),
    minimumBytes,
    parameters,
    dataOffset,
    ...(architecture === undefined ? {} : { architecture }),
    ...(quantization === undefined ? {} : { quantization }),
    ...(split === undefined ? {} : { split }),
  };
}

// The configuration files of models; a tokenizer.json has some megabytes.
const maxJsonBytes = 64 * 1024 * 1024;

async function jsonFacts(source: ByteSource): Promise<Omit<Facts, 'dataOffset'>> {
  if (source.sizeBytes > maxJsonBytes) return { state: 'unknown' };
  const buffer = Buffer.alloc(source.sizeBytes);
  const text = buffer.toString('utf8', 0, await source.read(buffer, 0));
  try {
    JSON.parse(text);
    return { state: 'valid', requiredBytes: source.sizeBytes };
  } catch {
    return { state: 'invalid', problem: 'not valid JSON, as if cut' };
  }
}
