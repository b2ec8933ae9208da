/** One record of /dev/kmsg. */
export interface KernelRecord {
  /** Grows by one with every record of a boot. */
  readonly sequence: number;
  /** Microseconds since boot. */
  readonly sinceBootUs: number;
  /** Unescaped: may have several lines. */
  readonly text: string;
}

// https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg: `prio,seq,usec,flags[,…];text`, then lines that begin
// with a blank and hold key=value pairs. Bytes that are not printable are written \xHH, newlines among them.
const record = /^\d+,(\d+),(\d+),[^;]*;(.*)$/;

/** Reads one line; undefined for a key=value line and anything else that is no record. */
export function parseKernelRecord(line: string): KernelRecord | undefined {
  const match = record.exec(line);
  if (!match) return undefined;
  return { sequence: Number(match[1]), sinceBootUs: Number(match[2]), text: unescape(match[3] ?? '') };
}

// The escapes are bytes of UTF-8, and what is not escaped is ASCII.
function unescape(text: string): string {
  if (!text.includes('\\x')) return text;
  const bytes = text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
