import type { ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import { execa } from 'execa';
import type { Exec, ExecOptions, ExecResult } from './host.ts';
import { errorCode } from './errors.ts';

const defaultKillAfterMs = 10_000;
// A child that obeys SIGTERM, and one whose grandchild keeps its pipes open, get this long to be reaped in order.
const reapMs = 250;
const defaultMaxOutputBytes = 4 * 1024 * 1024;

const startedIn = currentDirectory();

// Process groups that may still have members.
const living = new Set<number>();
process.once('exit', killLiving);

/**
 * Runs commands with execa under a deadline of our own: execa settles only when the child is gone and its pipes are
 * closed, which a child in uninterruptible sleep never is, and which a grandchild can delay for ever. A start waits in the
 * parent until the command's file was read, which may hang: so it is a shell, there at once, that becomes the command.
 * Commands run in `/`: our own directory may have been removed, be forbidden or hang, and then none could be started.
 */
export const exec: Exec = async (command, options) => {
  const viaShell = await start([...byShell, ...fromStart(command)], options);
  if (viaShell.spawnError?.code === 'ENOENT') return await start(fromStart(command), options);
  return shellsOwnFailure(viaShell) ?? viaShell;
};

async function start([file, ...args]: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
  const controller = new AbortController();
  const child = execa(file, args, {
    reject: false,
    cwd: '/',
    stdin: 'ignore',
    stripFinalNewline: false,
    maxBuffer: options.maxOutputBytes ?? defaultMaxOutputBytes,
    cancelSignal: controller.signal,
    killDescendants: true,
    forceKillAfterDelay: options.killAfterMs ?? defaultKillAfterMs,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const exited = exitOf(child.nodeChildProcess, child.pid);
  const timer = setTimeout(() => controller.abort(), options.timeoutMs);
  const stop = (): void => controller.abort();
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  const leftover = exited.then(() => delay(reapMs)).then(() => clearGroup(child.pid));
  const given = aborted(controller.signal).then(() => delay(reapMs));
  try {
    const result = await Promise.race([child, given]);
    if (result !== undefined) return toResult(result, exited);
    letGo(child.nodeChildProcess);
    return { stdout: '', stderr: '', timedOut: true, outputTruncated: false, exited };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
    leftover.catch(() => undefined);
  }
}

/** Kills what still runs and waits for none: for our own end. It comes by itself at `exit`, which no `execve` tells. */
export function killLiving(): void {
  for (const pid of living) killGroup(pid);
}

interface Settled {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  readonly isCanceled: boolean;
  readonly isMaxBuffer: boolean;
  readonly originalMessage?: string | undefined;
}

function toResult(result: Settled, exited: Promise<void>): ExecResult {
  const code = errorCode(result);
  const spawnFailed = result.exitCode === undefined && result.signal === undefined && code !== undefined;
  return {
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    // A command that could not be started has no output at all.
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    ...(spawnFailed ? { spawnError: { code, message: result.originalMessage ?? code } } : {}),
    timedOut: result.isCanceled,
    outputTruncated: result.isMaxBuffer,
    exited,
  };
}

// A name that no command's own complaint begins with.
const shellName = 'gpunode-exporter-start';
const byShell = ['/bin/sh', '-c', 'exec "$@"', shellName] as const;

/** A shell that cannot become the command ends with 127 or 126 and says why: the same as a start that failed. */
function shellsOwnFailure(result: ExecResult): ExecResult | undefined {
  const { exitCode, stderr, ...rest } = result;
  if ((exitCode !== 126 && exitCode !== 127) || !stderr.startsWith(`${shellName}: `)) return undefined;
  const refused = /permission denied|is a directory/i.test(stderr) ? 'EACCES' : 'UNKNOWN';
  const message = stderr.replace(/^[^:]*: (?:line )?\d+: (?:exec: )?/, '').split('\n', 1)[0] ?? '';
  return { ...rest, stderr: '', spawnError: { code: exitCode === 127 ? 'ENOENT' : refused, message } };
}

/** A relative path is meant from where we were started. */
function fromStart([file, ...args]: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return [file.includes('/') ? path.resolve(startedIn, file) : file, ...args];
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // It was removed.
    return '/';
  }
}

function exitOf(child: ChildProcess, pid: number | undefined): Promise<void> {
  if (pid === undefined) return Promise.resolve();
  living.add(pid);
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
  });
}

function clearGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  killGroup(pid);
  living.delete(pid);
}

// `killDescendants` made the child the leader of its own group; without its leader only leftovers are in it.
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left, as it should be.
  }
}

// An abandoned child must not keep us from ending; its pipes are closed so that nothing of it is read later.
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
