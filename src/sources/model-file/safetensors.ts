import type { ByteSource } from '../gguf/types.ts';
import { cutOff } from './size-facts.ts';
import type { SizeFacts } from './size-facts.ts';

export interface SafetensorsSize extends SizeFacts {
  /** Where the tensors begin; 0 where that is not known. */
  readonly dataOffset: number;
}

const lengthBytes = 8;
// MAX_HEADER_SIZE of the reference implementation; headers of real models have some hundred kilobytes.
const maxHeaderBytes = 100_000_000;
const maxReadBytes = 16 * 1024 * 1024;

/**
 * How long a `.safetensors` file must be: its header's length (little endian), the header (JSON), and the tensors at their
 * offsets. Format: https://github.com/huggingface/safetensors#format
 */
export async function readSafetensorsSize(source: ByteSource): Promise<SafetensorsSize> {
  const start = Buffer.alloc(lengthBytes + 1);
  const filled = await source.read(start, 0);
  if (filled < start.length) return { ...cutOff(start.length), dataOffset: 0 };
  const headerBytes = start.readBigUInt64LE();
  if (headerBytes > maxHeaderBytes || start.at(-1) !== 0x7b) {
    return {
      state: 'invalid',
      problem: `no safetensors file: it begins with 0x${start.toString('hex')}`,
      dataOffset: 0,
    };
  }
  const dataOffset = lengthBytes + Number(headerBytes);
  if (source.sizeBytes < dataOffset) return { ...cutOff(dataOffset), dataOffset: 0 };
  if (headerBytes > maxReadBytes) {
    return {
      state: 'unknown',
      problem: `a header of ${headerBytes} bytes is not read`,
      minimumBytes: dataOffset,
      dataOffset,
    };
  }
  const text = Buffer.alloc(Number(headerBytes));
  await source.read(text, lengthBytes);
  const dataBytes = dataEnd(text.toString('utf8'));
  if (dataBytes === undefined)
    return { state: 'invalid', problem: 'its header is damaged, or not wholly written', dataOffset };
  return { state: 'valid', requiredBytes: dataOffset + dataBytes, dataOffset };
}

/** The end of the last tensor; undefined for what is no header. */
function dataEnd(text: string): number | undefined {
  const header = parseObject(text);
  if (header === undefined) return undefined;
  const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
  let last = 0;
  for (const [, tensor] of tensors) {
    const end = endOf(tensor);
    if (end === undefined) return undefined;
    last = Math.max(last, end);
  }
  return last;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `"data_offsets": [begin, end]`, from the beginning of the data. */
function endOf(tensor: unknown): number | undefined {
  if (typeof tensor !== 'object' || tensor === null || !('data_offsets' in tensor)) return undefined;
  const offsets = Array.isArray(tensor.data_offsets) ? tensor.data_offsets : [];
  const [begin, end] = offsets.map((each: unknown) => (Number.isSafeInteger(each) ? Number(each) : -1));
  return begin === undefined || end === undefined || begin < 0 || end < begin ? undefined : end;
}
