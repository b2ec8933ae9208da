import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makeStdioBlock } from './stdio.ts';
import { writeStderr } from '../terminal.ts';

// As of shells and env(1).
const notFound = 127;
const notExecutable = 126;

/** Replaces this process by a command: same pid, signals at their defaults, no child of ours left to it. */
export async function becomeCommand(argv: readonly [string, ...string[]]): Promise<never> {
  const [name] = argv;
  const found = findCommand(name);
  if (typeof found === 'number') {
    writeStderr(`gate: ${name}: ${found === notFound ? 'command not found' : 'not executable'}\n`);
    process.exit(found);
  }
  warnOfChangedBytes(argv);
  const [file, ...args] = withDefaultSignals(argv, found);
  await childrenReaped();
  makeStdioBlock();
  try {
    process.execve?.(file, args);
    throw new Error('this Node.js cannot replace its own process');
  } catch (error) {
    writeStderr(`gate: ${name}: ${String(error)}\n`);
    process.exit(notExecutable);
  }
}

/** Node reads everything as UTF-8 and puts U+FFFD for what is none: the command gets that, and somebody must know. */
function warnOfChangedBytes(argv: readonly string[]): void {
  const changed = [
    ...argv.flatMap((word, index) => (word.includes('\u{FFFD}') ? [`argument ${index}`] : [])),
    ...Object.entries(process.env).flatMap(([name, value]) => (value?.includes('\u{FFFD}') ? [name] : [])),
  ];
  if (changed.length > 0) writeStderr(`gate: not UTF-8, and handed on with U+FFFD in it: ${changed.join(', ')}\n`);
}

/**
 * Node ignores SIGPIPE and SIGXFSZ, an exec hands that on, and only another program can put it right: coreutils' env
 * (from 8.31 on), perl or python. The result is the file to execute and its argument vector.
 */
function withDefaultSignals(argv: readonly [string, ...string[]], found: string): readonly [string, ...string[]] {
  for (const [helper, ...options] of helpers) {
    const file = findCommand(helper);
    if (typeof file === 'number') continue;
    const works = spawnSync(file, [...options, 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
    if (works) return [file, helper, ...options, ...asCommandOfEnv(argv)];
  }
  writeStderr('gate: neither env, perl nor python can reset signals: SIGPIPE and SIGXFSZ stay ignored\n');
  return [found, ...argv];
}

const helpers: readonly (readonly [string, ...string[]])[] = [
  ['env', '--default-signal=PIPE,XFSZ'],
  ['perl', '-e', '$SIG{PIPE} = "DEFAULT"; $SIG{XFSZ} = "DEFAULT"; exec { $ARGV[0] } @ARGV or exit 127'],
  [
    'python3',
    '-c',
    'import os, signal as s, sys; s.signal(s.SIGPIPE, s.SIG_DFL); s.signal(s.SIGXFSZ, s.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])',
  ],
];

/** For env a name with `=` is a variable. */
function asCommandOfEnv(argv: readonly [string, ...string[]]): readonly string[] {
  return argv[0].includes('=') ? ['sh', '-c', 'exec "$0" "$@"', ...argv] : argv;
}

/** The file that a shell would run, or the exit status that it would end with. */
function findCommand(name: string): string | number {
  const candidates = name.includes('/')
    ? [name]
    : (process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
        .split(delimiter)
        .map((directory) => join(directory, name));
  const files = candidates.filter(isFile);
  return files.find(isExecutable) ?? (files.length > 0 ? notExecutable : notFound);
}

/** A directory of PATH that this user may not look into, such as root's own, is passed over as execvp(3) does. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const reapWithinMs = 1_000;

/** Waits until the file agent is gone, or else its zombie would be a child of the command; one that hangs is left. */
async function childrenReaped(): Promise<void> {
  const deadlineMs = performance.now() + reapWithinMs;
  while (performance.now() < deadlineMs && hasChildren()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function hasChildren(): boolean {
  try {
    return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim() !== '';
  } catch {
    return false;
  }
}
