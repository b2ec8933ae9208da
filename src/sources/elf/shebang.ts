import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The first line of a script, as Linux reads it: the interpreter and, where `env` looks one up, that one's name. */
export interface Shebang {
  readonly interpreter: string;
  /** Looked for on PATH by `env`. */
  readonly command: string | undefined;
}

/** What the kernel reads of a file to see how to run it. */
const shebangBytes = 256;

/** Reads the first line of a file. Throws the file system's error. */
export async function readShebang(path: string): Promise<Shebang | undefined> {
  // Opening a pipe would wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(shebangBytes), 0, shebangBytes, 0);
    return parseShebang(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Undefined where there is no `#!` or no whole interpreter name. The rest of the line is one argument: execve(2). */
export function parseShebang(start: Buffer): Shebang | undefined {
  const [line = ''] = start.toString('utf8', 0, shebangBytes).split('\n', 1);
  const match = /^#![ \t]*([^ \t\0]+)[ \t]*([^\0]*?)[ \t]*$/.exec(line);
  if (match === null) return undefined;
  const [, interpreter = '', argument = ''] = match;
  const command = /(?:^|\/)env$/.test(interpreter) ? commandOfEnv(argument) : undefined;
  return { interpreter, command };
}

// `env -S` splits the argument; without it the whole argument is the name of a program.
function commandOfEnv(argument: string): string | undefined {
  const split = /^(?:-S|--split-string[= ])\s*(.*)$/.exec(argument)?.[1];
  const words = split === undefined ? [argument] : split.split(/[ \t]+/);
  return words.find((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
}
