/** A log that is written and rotated by hand, byte by byte: what the reader must make of it is known. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface LogWriter {
  /** Complete lines written so far. */
  lines(): number;
  bytes(): number;
  isAtLineStart(): boolean;
  /** Writes so many bytes of numbered lines, cut anywhere. */
  write(count: number): void;
  /** Writes whole lines, at least so many bytes, at once. */
  writeLines(count: number): void;
  /** Completes the line that is being written. */
  endLine(): void;
  /** Renames the log; the writer goes on in the renamed file until `reopen`. */
  rename(to: 'number' | 'date'): void;
  /** Goes on in the file that has the log's name, making it if need be. */
  reopen(): void;
  /** logrotate's: copy, then truncate. */
  copyTruncate(): void;
  /** supervisord's with backups=0. */
  truncate(): void;
  /** supervisorctl clear. */
  clear(): void;
  /** Compresses the newest rotated file, as logrotate does. */
  compress(): void;
  close(): void;
}

/** The n-th line, without its newline. */
export function lineOf(number: number): string {
  return `${number} ${'é'.repeat((number * 7) % 40)}`;
}

/** What a program writes that says the same again and again. */
export const sameLine = (): string => 'the same again';

export interface WriterOptions {
  /** `false`: writes at its own offset, as supervisord does after its first rotation. */
  readonly append: boolean;
  /** The n-th line, without its newline. */
  readonly line?: (number: number) => string;
  /** No two files are written in the same second, which is all that a compressed file may keep of its time. */
  readonly secondsApart?: boolean;
}

export function createLogWriter(
  path: string,
  { append, line = lineOf, secondsApart = false }: WriterOptions,
): LogWriter {
  let pending = '';
  let drafted = 0;
  let lines = 0;
  let bytes = 0;
  let atLineStart = true;
  let dates = 0;
  let writtenSeconds = Math.floor(Date.now() / 1000) - 3600;
  let fd = openSync(path, append ? 'a' : 'w');

  function draft(count: number): void {
    while (Buffer.byteLength(pending) < count) {
      drafted += 1;
      pending += `${line(drafted)}\n`;
    }
  }

  function put(text: string): void {
    bytes += writeSync(fd, text);
    if (secondsApart) futimesSync(fd, writtenSeconds, writtenSeconds);
    lines += text.split('\n').length - 1;
    if (text !== '') atLineStart = text.endsWith('\n');
  }

  function shift(number: number): void {
    const from = `${path}.${number}`;
    for (const suffix of ['', '.gz']) {
      if (!existsSync(from + suffix)) continue;
      shift(number + 1);
      renameSync(from + suffix, `${path}.${number + 1}${suffix}`);
    }
  }

  const rotated = (): string[] =>
    readdirSync(dirname(path))
      .filter((name) => name.startsWith(`${basename(path)}.`) && !name.endsWith('.gz'))
      .toSorted((a, b) => Number(a.split('.').at(-1)) - Number(b.split('.').at(-1)));

  const writer: LogWriter = {
    lines: () => lines,
    bytes: () => bytes,
    isAtLineStart: () => atLineStart,
    writeLines(count) {
      draft(count);
      put(pending);
      pending = '';
    },
    write(count) {
      draft(count);
      const piece = Buffer.from(pending).subarray(0, count);
      // Characters are cut too, but a string of what was written must stay one: cut back to a whole character.
      const text = piece.toString('utf8').replace(/\ufffd+$/, '');
      put(text);
      pending = pending.slice(text.length);
    },
    endLine() {
      if (writer.isAtLineStart()) return;
      const end = pending.indexOf('\n') + 1;
      put(pending.slice(0, end));
      pending = pending.slice(end);
    },
    rename(to) {
      if (!existsSync(path)) return;
      if (to === 'number') shift(1);
      dates += 1;
      renameSync(path, to === 'number' ? `${path}.1` : `${path}-${20_260_000 + dates}`);
    },
    reopen() {
      closeSync(fd);
      writtenSeconds += 1;
      fd = openSync(path, append ? 'a' : existsSync(path) ? 'r+' : 'w');
    },
    copyTruncate() {
      shift(1);
      copyFileSync(path, `${path}.1`);
      const other = openSync(path, 'r+');
      ftruncateSync(other, 0);
      closeSync(other);
    },
    truncate() {
      closeSync(fd);
      fd = openSync(path, 'w');
    },
    clear() {
      closeSync(fd);
      unlinkSync(path);
      fd = openSync(path, append ? 'a' : 'w');
    },
    compress() {
      const [newest] = rotated();
      if (newest === undefined) return;
      const file = join(dirname(path), newest);
      const { atime, mtime } = statSync(file);
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
      utimesSync(`${file}.gz`, atime, mtime);
      unlinkSync(file);
    },
    close: () => closeSync(fd),
  };
  return writer;
}
