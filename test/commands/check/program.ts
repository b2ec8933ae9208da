/** Runs `check` as a program, on a simulated node. */
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SimulatedNode } from '../../node/start.ts';

export const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Another file than the one of the source tree. */
  readonly program?: string;
  /** As another user. */
  readonly uid?: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

/** With `--config.file` of the node, unless the arguments say whom to ask. */
export function startCheck(node: SimulatedNode, args: readonly string[], options: RunOptions = {}): Running {
  const whom = args.some((each) => ['--from', '--config.file'].includes(each))
    ? []
    : ['--config.file', node.configFile];
  return startProgram(node, [process.execPath, options.program ?? main, 'check', ...whom, ...args], options);
}

export function check(node: SimulatedNode, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  return startCheck(node, args, options).ended;
}

/** It dies with the node. */
export function startProgram(node: SimulatedNode, command: readonly string[], options: RunOptions = {}): Running {
  return startWith((...args) => node.scratch.spawn(...args), command, options);
}

/** `check` without a node: of an exporter somewhere. */
export function checkFrom(url: string, args: readonly string[] = [], options: RunOptions = {}): Running {
  return startWith(spawn, [process.execPath, main, 'check', '--from', url, ...args], options);
}

/** The same, where a line of bash says what becomes of its output; the line runs it as `"$@"`. */
export function checkInShell(script: string, url: string, args: readonly string[] = []): Promise<Ended> {
  const command = [process.execPath, main, 'check', '--from', url, ...args];
  return startWith(spawn, ['bash', '-c', script, 'bash', ...command], {}).ended;
}

type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

function startWith(start: Spawn, [command = '', ...args]: readonly string[], { env = {}, uid }: RunOptions): Running {
  const startMs = performance.now();
  const child = start(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([status]) => ({
    status: status as number | null,
    stdout,
    stderr,
    ms: performance.now() - startMs,
  }));
  return { child, stdout: () => stdout, ended };
}
