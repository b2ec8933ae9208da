import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Writes to stderr at once and in order, also just before this process becomes another. What cannot be written is lost:
 * a closed or full pipe must not keep a model from being served.
 */
export function writeStderr(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody reads it.
  }
}

export function isTerminal(): boolean {
  return isatty(2);
}
