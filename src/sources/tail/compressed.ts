/** A compressed generation, read as if it were not: `logrotate` compresses while nobody looks. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { headBytes, anchorBytes } from './fingerprint.ts';
import { openHandle } from './open-log.ts';
import type { Failure, LogFile, OpenLog } from './open-log.ts';

/** Opens a .gz or .zst file; other kinds, and files that do not say how long their content is, cannot be read. */
export async function openCompressed(path: string, kind: string): Promise<OpenLog | Failure> {
  if (kind !== 'gz' && kind !== 'zst') return { unreadable: 'not_a_file' };
  const opened = await openHandle(path);
  if ('unreadable' in opened) return opened;
  const { handle } = opened;
  const size = await contentSize(handle, kind, opened.facts.size).catch(() => undefined);
  if (size === undefined) {
    await handle.close();
    return { unreadable: 'not_a_file' };
  }
  const facts = { ...opened.facts, size };
  const file = decompressed(handle, kind);
  return { file: { ...file, facts: () => Promise.resolve(facts) }, facts };
}

type Kind = 'gz' | 'zst';

/** Reads forward only; what the reader looks at again (the head, the bytes before the offset) is kept. */
function decompressed(handle: FileHandle, kind: Kind): Pick<LogFile, 'read' | 'close'> {
  let stream = openStream(handle, kind);
  let at = 0;
  let head = Buffer.alloc(0);
  /** The newest bytes, ending at `at`. */
  let recent = Buffer.alloc(0);

  async function advance(): Promise<boolean> {
    const { value, done } = await stream.next();
    if (done === true) return false;
    if (at < headBytes) head = Buffer.concat([head, value.subarray(0, headBytes - head.length)]);
    recent = Buffer.concat([recent.subarray(Math.max(0, recent.length - anchorBytes)), value]);
    at += value.length;
    return true;
  }

  async function restart(): Promise<void> {
    await stream.return(undefined);
    stream = openStream(handle, kind);
    at = 0;
    head = Buffer.alloc(0);
    recent = Buffer.alloc(0);
  }

  async function read(buffer: Buffer, length: number, offset: number): Promise<number> {
    if (offset === 0 && length <= head.length) return head.copy(buffer, 0, 0, length);
    if (offset < at - recent.length) await restart();
    let copied = 0;
    while (copied < length) {
      const from = offset + copied - (at - recent.length);
      if (from < recent.length) copied += recent.copy(buffer, copied, from, from + length - copied);
      else if (!(await advance())) break;
    }
    return copied;
  }

  return {
    read,
    async close() {
      await stream.return(undefined);
      await handle.close();
    },
  };
}

async function* openStream(handle: FileHandle, kind: Kind): AsyncGenerator<Buffer, undefined> {
  const decompress = kind === 'gz' ? createGunzip() : createZstdDecompress();
  // A read stream of the handle would close it when it is destroyed.
  const source = Readable.from(pieces(handle));
  source.on('error', (error) => decompress.destroy(error));
  source.pipe(decompress);
  try {
    for await (const bytes of decompress) yield bytes as Buffer;
  } finally {
    source.destroy();
    decompress.destroy();
  }
  return undefined;
}

const pieceBytes = 65_536;

async function* pieces(handle: FileHandle): AsyncGenerator<Buffer, undefined> {
  for (let offset = 0; ;) {
    const buffer = Buffer.alloc(pieceBytes);
    const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset);
    if (bytesRead === 0) return undefined;
    yield buffer.subarray(0, bytesRead);
    offset += bytesRead;
  }
}

/** RFC 1952: the last four bytes are the size; RFC 8878: the frame header has it, if the compressor knew it. */
async function contentSize(handle: FileHandle, kind: Kind, fileSize: number): Promise<number | undefined> {
  const bytes = Buffer.alloc(18);
  if (kind === 'gz') {
    const { bytesRead } = await handle.read(bytes, 0, 4, fileSize - 4);
    return bytesRead === 4 ? bytes.readUInt32LE(0) : undefined;
  }
  const { bytesRead } = await handle.read(bytes, 0, 18, 0);
  return bytesRead < 9 ? undefined : zstdContentSize(bytes);
}

function zstdContentSize(bytes: Buffer): number | undefined {
  if (bytes.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = bytes.readUInt8(4);
  const singleSegment = (descriptor >> 5) & 1;
  const field = 5 + (1 - singleSegment) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const sizeFlag = descriptor >> 6;
  if (sizeFlag === 0) return singleSegment === 1 ? bytes.readUInt8(field) : undefined;
  if (sizeFlag === 1) return bytes.readUInt16LE(field) + 256;
  return sizeFlag === 2 ? bytes.readUInt32LE(field) : Number(bytes.readBigUInt64LE(field));
}
