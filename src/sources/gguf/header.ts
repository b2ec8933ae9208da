import { Cursor } from './cursor.ts';
import { fileTypeName } from './file-types.ts';
import { describeForeignFile } from './foreign.ts';
import { readMetadata } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { HeaderProblem, invalid, unsupported } from './problems.ts';
import { readTensors } from './tensors.ts';
import type { TensorExtent } from './tensors.ts';
import type { ByteSource, GgufHeader, GgufLimits, GgufSummary } from './types.ts';

// A header is about 30 MB at the very most (a vocabulary of 256,000 tokens with merges).
const defaultLimits: GgufLimits = { maxReadBytes: 256 * 1024 * 1024, maxMs: 10_000 };

/**
 * Reads the header at the front of a GGUF file and says how long the file must be. Never throws for what the file
 * holds, only for a read that fails or takes too long (`SourceError`); reads and remembers a bounded amount, whatever
 * the header claims.
 */
export async function readGgufHeader(source: ByteSource, limits: Partial<GgufLimits> = {}): Promise<GgufHeader> {
  try {
    return await readHeader(new Cursor(source, { ...defaultLimits, ...limits }), source);
  } catch (error) {
    if (error instanceof HeaderProblem) return error.header;
    throw error;
  }
}

// More than a thousand times what models have.
const maxPairs = 65_536;
const maxTensors = 200_000;

async function readHeader(cursor: Cursor, source: ByteSource): Promise<GgufSummary> {
  const foreign = await describeForeignFile(source);
  if (foreign !== undefined) throw new HeaderProblem({ status: 'not_gguf', reason: foreign });
  await cursor.need(8);
  cursor.skip(4);
  const version = readVersion(cursor);
  await cursor.need(16);
  const tensors = cursor.u64('the number of tensors');
  const pairs = cursor.u64('the number of keys');
  if (tensors === 0 && pairs === 0) throw invalid('it holds neither keys nor tensors');
  if (tensors > maxTensors) throw invalid(`${tensors} tensors`);
  if (pairs > maxPairs) throw invalid(`${pairs} keys`);
  const metadata = await readMetadata(cursor, pairs);
  const extent = await readTensors(cursor, tensors);
  return summarize({ version, tensors, headerEnd: cursor.position }, metadata, extent);
}

function readVersion(cursor: Cursor): number {
  const version = cursor.u32();
  // Counts became 64 bits wide with version 2; 3 only added big endian.
  if (version === 2 || version === 3) return version;
  // The low half of a small number that was written the other way round is empty.
  if (version !== 0 && (version & 0xffff) === 0) throw unsupported('a big-endian GGUF file');
  throw unsupported(`GGUF version ${version}; versions 2 and 3 are supported`);
}

function summarize(
  { version, tensors, headerEnd }: { version: number; tensors: number; headerEnd: number },
  { architecture, fileType, alignment, split }: Metadata,
  { knownEnd, parameters, unknownTypes, mainType }: TensorExtent,
): GgufSummary {
  // The first of several split files may hold no tensors, and then nothing follows the header.
  const dataOffset = tensors === 0 ? headerEnd : Math.ceil(headerEnd / alignment) * alignment;
  const minimumBytes = dataOffset + knownEnd;
  return {
    status: 'ok',
    version,
    architecture,
    quantization: (fileType === undefined ? undefined : fileTypeName(fileType)) ?? mainType,
    parameters,
    tensors,
    alignment,
    dataOffset,
    requiredBytes: unknownTypes.length === 0 ? minimumBytes : undefined,
    minimumBytes,
    unknownTypes,
    split,
  };
}
