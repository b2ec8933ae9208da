import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { errorCode } from '../../core/errors.ts';
import type { FileOperation } from '../../core/host.ts';
import { parseKernelRecord } from './records.ts';

/** Up to where a consumer has read and saved; another boot begins again at 0. */
export interface KernelLogPosition {
  readonly bootId: string;
  /** The newest record that was read; -1 before the first. */
  readonly sequence: number;
}

export interface KernelLogRequest {
  /** Whom this reader belongs to. */
  readonly consumer: string;
  readonly after: KernelLogPosition | undefined;
  /** Only records that hold one of these texts come back. */
  readonly containing: readonly string[];
}

export interface KernelLogMessage {
  readonly sequence: number;
  /** Unix time in milliseconds, as exact as the kernel's own clock. */
  readonly atMs: number;
  readonly text: string;
}

export interface KernelLogReply {
  readonly messages: readonly KernelLogMessage[];
  /** Acknowledge what came by passing this in the next request. */
  readonly position: KernelLogPosition;
  /** Records that were overwritten before they could be read. */
  readonly lost: number;
  /** Nothing newer is there now. */
  readonly atEnd: boolean;
}

interface OpenLog {
  readonly file: number;
  sequence: number;
  rest: string;
}

const bootIdFile = '/proc/sys/kernel/random/boot_id';
// CONSOLE_EXT_LOG_MAX in the kernel is 8 KiB: a smaller buffer would fail with EINVAL.
const buffer = Buffer.alloc(64 * 1024);
const maxMessages = 5_000;
const maxRecords = 100_000;

const logs = new Map<string, OpenLog>();

/**
 * Reads a kernel log (`/dev/kmsg`) from the record after `after` to its end, or as far as the bounds allow. The device is
 * kept open and never blocks; without a position everything of this boot that the kernel still has is read.
 */
export const readKernelLog: FileOperation<KernelLogRequest, KernelLogReply> = {
  name: 'kmsg.read',
  // Reads of a device that does not block: a thousand records take less than handing one call to another thread.
  run: (path, request) => Promise.resolve().then(() => read(path, request)),
};

function read(path: string, { consumer, after, containing }: KernelLogRequest): KernelLogReply {
  const bootId = readFileSync(bootIdFile, 'utf8').trim();
  const key = `${consumer} ${path}`;
  const acknowledged = after?.bootId === bootId ? after.sequence : -1;
  const log = openAt(key, path, acknowledged);
  try {
    return { ...readOn(log, acknowledged, containing), position: { bootId, sequence: log.sequence } };
  } catch (error) {
    forget(key);
    throw error;
  }
}

// What was read but not acknowledged (the reply came too late) is read again from the beginning.
function openAt(key: string, path: string, acknowledged: number): OpenLog {
  const known = logs.get(key);
  if (known?.sequence === acknowledged) return known;
  forget(key);
  const log = { file: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), sequence: -1, rest: '' };
  logs.set(key, log);
  return log;
}

function readOn(log: OpenLog, acknowledged: number, containing: readonly string[]): Omit<KernelLogReply, 'position'> {
  const bootedMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n);
  const messages: KernelLogMessage[] = [];
  let lost = 0;
  for (let records = 0; records < maxRecords && messages.length < maxMessages; records += 1) {
    const chunk = nextChunk(log);
    if (chunk === undefined) return { messages, lost, atEnd: true };
    for (const line of linesOf(log, chunk)) {
      const found = parseKernelRecord(line);
      if (found === undefined || found.sequence <= log.sequence) continue;
      const newest = Math.max(log.sequence, acknowledged);
      if (newest >= 0) lost += Math.max(0, found.sequence - newest - 1);
      log.sequence = found.sequence;
      if (found.sequence <= acknowledged || !containing.some((text) => found.text.includes(text))) continue;
      messages.push({
        sequence: found.sequence,
        atMs: bootedMs + Math.round(found.sinceBootUs / 1000),
        text: found.text,
      });
    }
  }
  return { messages, lost, atEnd: false };
}

/** What one read gives: a record of the device, or any piece of an ordinary file. Undefined at the end. */
function nextChunk({ file }: OpenLog): string | undefined {
  for (;;) {
    try {
      const bytes = readSync(file, buffer);
      return bytes === 0 ? undefined : buffer.toString('latin1', 0, bytes);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EAGAIN') return undefined;
      // Records were overwritten: the next read gives the oldest that is still there.
      if (code !== 'EPIPE' && code !== 'EINTR') throw error;
    }
  }
}

function linesOf(log: OpenLog, chunk: string): string[] {
  const lines = (log.rest + chunk).split('\n');
  log.rest = lines.pop() ?? '';
  return lines;
}

function forget(key: string): void {
  const log = logs.get(key);
  if (log) closeSync(log.file);
  logs.delete(key);
}
