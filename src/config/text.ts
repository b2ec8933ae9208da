import { closeSync, openSync, readSync } from 'node:fs';
import { errorMessage } from '../core/errors.ts';

/** The configuration cannot be used. Each line of the message says where, what was found and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

// A configuration is a page or two; something huge is not one.
const maxBytes = 1024 * 1024;

/** The text of a configuration file. Throws `ConfigError`. */
export function readConfigText(file: string): string {
  try {
    const bytes = readBeginning(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw new Error(`expected at most ${maxBytes} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    const why = errorMessage(error).replace(/, open '.*'$/, '');
    throw new ConfigError(`${file}: cannot be read: ${why}`, { cause: error });
  }
}

/** Also of what has no end, such as a device. */
function readBeginning(file: string, bytes: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes; length += got)
      got = readSync(fd, buffer, length, bytes - length, null);
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
