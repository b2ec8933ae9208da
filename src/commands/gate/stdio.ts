import { readFileSync } from 'node:fs';

/**
 * Makes standard input, output and error block. Node sets O_NONBLOCK on a pipe as soon as its stream is touched, be it by
 * an import, and the flag outlives an exec: a program that does not expect it, as none does, would lose its log lines.
 */
export function makeStdioBlock(): void {
  for (const fd of [0, 1, 2]) {
    if (isBlocking(fd)) continue;
    const stream: unknown = [process.stdin, process.stdout, process.stderr][fd];
    handleOf(stream)?.setBlocking(true);
  }
}

const nonBlocking = 0o4000;

/** From /proc/self/fdinfo; true where there is none. */
function isBlocking(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & nonBlocking) === 0;
  } catch {
    return true;
  }
}

interface Handle {
  setBlocking(on: boolean): unknown;
}

/** libuv's handle behind a stream. Node offers no other way to this flag. */
function handleOf(stream: unknown): Handle | undefined {
  if (typeof stream !== 'object' || stream === null || !('_handle' in stream)) return undefined;
  const { _handle: handle } = stream;
  return typeof handle === 'object' && handle !== null && 'setBlocking' in handle ? (handle as Handle) : undefined;
}
