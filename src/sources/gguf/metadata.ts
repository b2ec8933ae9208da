import type { Cursor } from './cursor.ts';
import { invalid, notWritten } from './problems.ts';

/** The few keys that matter here; everything else is skipped unread. */
export interface Metadata {
  readonly architecture: string | undefined;
  readonly fileType: number | undefined;
  readonly alignment: number;
  readonly split: { readonly index: number; readonly count: number } | undefined;
}

/** Reads `count` key-value pairs. Throws `HeaderProblem`. */
export async function readMetadata(cursor: Cursor, count: number): Promise<Metadata> {
  const found = new Map<string, number | string>();
  for (let index = 0; index < count; index += 1) {
    const key = await readKey(cursor);
    await cursor.need(4);
    const type = cursor.u32();
    if (key === 'general.alignment' && type !== uint32Type) throw invalid('general.alignment is not a 32-bit number');
    const value = await readValue(cursor, type, wantedKeys.has(key));
    if (value !== undefined) found.set(key, value);
  }
  return toMetadata(found);
}

const wantedKeys: ReadonlySet<string> = new Set([
  'general.architecture',
  'general.file_type',
  'general.alignment',
  'split.no',
  'split.count',
]);

// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: gguf_metadata_value_type
const uint32Type = 4;
const stringType = 8;
const arrayType = 9;
const scalarBytes: Readonly<Record<number, number>> = {
  0: 1, // uint8
  1: 1, // int8
  2: 2, // uint16
  3: 2, // int16
  4: 4, // uint32
  5: 4, // int32
  6: 4, // float32
  7: 1, // bool
  10: 8, // uint64
  11: 8, // int64
  12: 8, // float64
};

// The format allows 65,535 bytes; of keys that are longer than any that we want, only the length matters.
const maxKeyBytes = 65_535;
const longestWanted = 256;
// GGUF_MAX_STRING_LENGTH and GGUF_MAX_ARRAY_ELEMENTS of ggml/src/gguf.cpp.
const maxStringBytes = 1024 ** 3;
const maxArrayElements = 1024 ** 3;
const defaultAlignment = 32;

async function readKey(cursor: Cursor): Promise<string> {
  await cursor.need(8);
  const bytes = cursor.u64('the length of a key');
  if (bytes > maxKeyBytes) throw invalid(`a key of ${bytes} bytes`);
  if (bytes === 0) throw invalid(notWritten);
  return (await readText(cursor, bytes)) ?? '';
}

async function readValue(cursor: Cursor, type: number, wanted: boolean): Promise<number | string | undefined> {
  const bytes = scalarBytes[type];
  if (bytes !== undefined) return readScalar(cursor, type, bytes);
  if (type === arrayType) await skipArray(cursor);
  else if (type !== stringType) throw invalid(`a value of unknown type ${type}`);
  else {
    await cursor.need(8);
    const length = stringBytes(cursor);
    if (wanted) return readText(cursor, length);
    cursor.skip(length);
  }
  return undefined;
}

/** Small whole numbers, which all wanted keys are; anything else is skipped. */
async function readScalar(cursor: Cursor, type: number, bytes: number): Promise<number | undefined> {
  await cursor.need(bytes);
  if (type === 0 || type === 1) return cursor.u8();
  if (type === 2 || type === 3) return cursor.u16();
  if (type === 4 || type === 5) return cursor.u32();
  cursor.skip(bytes);
  return undefined;
}

async function skipArray(cursor: Cursor): Promise<void> {
  await cursor.need(12);
  const type = cursor.u32();
  const count = cursor.u64('the length of an array');
  if (count > maxArrayElements) throw invalid(`an array of ${count} elements`);
  const bytes = scalarBytes[type];
  if (bytes !== undefined) cursor.skip(count * bytes);
  else if (type === stringType) await skipStrings(cursor, count);
  // llama.cpp does not read arrays of arrays either.
  else throw invalid(`an array of unknown type ${type}`);
}

async function skipStrings(cursor: Cursor, count: number): Promise<void> {
  // Each takes 8 bytes at least: what does not fit need not be walked.
  if (count * 8 > cursor.remaining) cursor.skip(count * 8);
  for (let index = 0; index < count; index += 1) {
    if (!cursor.has(8)) await cursor.need(8);
    cursor.skip(stringBytes(cursor));
  }
}

function stringBytes(cursor: Cursor): number {
  const bytes = cursor.u64('the length of a string');
  if (bytes > maxStringBytes) throw invalid(`a string of ${bytes} bytes`);
  return bytes;
}

async function readText(cursor: Cursor, bytes: number): Promise<string | undefined> {
  if (bytes > longestWanted) {
    cursor.skip(bytes);
    return undefined;
  }
  await cursor.need(bytes);
  return cursor.text(bytes);
}

function toMetadata(found: ReadonlyMap<string, number | string>): Metadata {
  const number = (key: string): number | undefined => {
    const value = found.get(key);
    return typeof value === 'number' ? value : undefined;
  };
  const alignment = number('general.alignment') ?? defaultAlignment;
  if (!isPowerOfTwo(alignment)) throw invalid(`an alignment of ${alignment} is not a power of two`);
  const count = number('split.count') ?? 0;
  return {
    architecture: asLabel(found.get('general.architecture')),
    fileType: number('general.file_type'),
    alignment,
    split: count > 1 ? { index: number('split.no') ?? 0, count } : undefined,
  };
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** Becomes a label: a name, not whatever the file holds there. */
function asLabel(value: number | string | undefined): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}
