import { readFileSync, readlinkSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import { splitStrings } from '../procfs/command-line.ts';
import { pickVariables } from '../procfs/environment.ts';
import type { Environment } from '../procfs/environment.ts';
import { readGuarded } from '../procfs/guarded-read.ts';
import { modelArgument } from './model-argument.ts';
import { modelVariables } from './model-variables.ts';
import type { ProgramUser } from './types.ts';

export interface ModelServer {
  readonly pid: number;
  /** False: a shell or our own gate, which has not started the server yet. */
  readonly serving: boolean;
  /** Absolute; undefined if the command line does not say. */
  readonly model: string | undefined;
  readonly user: ProgramUser | undefined;
  /** Of one that waits: variables that may name the model which it will serve. */
  readonly environment: Environment;
  /** Milliseconds since boot, to hold against the process's start. */
  readonly uptimeMs: number;
}

export interface ServerArgs {
  /** The processes of one program. */
  readonly processes: readonly { readonly pid: number; readonly ppid: number }[];
}

/**
 * Finds, among the processes of a program, the one that serves a model: wrapper scripts and the gate step back behind the
 * server that they started. Of command lines and environments, which may hold secrets, only paths of models leave.
 */
export const findModelServer: FileOperation<ServerArgs, ModelServer | null> = {
  name: 'model_file.server',
  async run(root, { processes }) {
    const seen = await Promise.all(
      processes.slice(0, maxProcesses).map(async ({ pid, ppid }) => ({ pid, ppid, ...(await commandOf(root, pid)) })),
    );
    const chosen = choose(seen);
    if (chosen === undefined) return null;
    const { pid, model } = chosen;
    return {
      pid,
      serving: isServing(chosen),
      model: model === undefined ? undefined : absolutePath(root, pid, model),
      user: userOf(root, pid),
      environment: isServing(chosen) ? {} : await environmentOf(root, pid),
      uptimeMs: Number.parseFloat(readFileSync(join(root, 'uptime'), 'utf8')) * 1000,
    };
  },
};

// A server is one or two processes; a group of thousands is not what is looked for.
const maxProcesses = 64;
// As long as the kernel lets a command line and its environment be.
const maxBytes = 6 * 1024 * 1024;

interface Candidate extends Command {
  readonly pid: number;
  readonly ppid: number;
}

interface Command {
  readonly waits: boolean;
  readonly model: string | undefined;
  readonly isLlama: boolean;
}

/** A server may name its model otherwise than by a file (`-hf`), and is one nevertheless. */
function isServing({ waits, model, isLlama }: Command): boolean {
  return !waits && (model !== undefined || isLlama);
}

/** The server; of a wrapper and its child with the same arguments the child; else whoever waits and names a model. */
function choose(seen: readonly Candidate[]): Candidate | undefined {
  const serving = seen.filter(isServing);
  const parents = new Set(serving.map(({ ppid }) => ppid));
  return (
    serving.find(({ pid }) => !parents.has(pid)) ??
    serving[0] ??
    seen.find(({ model }) => model !== undefined) ??
    seen.find(({ waits }) => waits) ??
    seen[0]
  );
}

async function commandOf(root: string, pid: number): Promise<Command> {
  try {
    const argv = splitStrings(await readGuarded(join(root, String(pid), 'cmdline'), maxBytes));
    const { waits, model } = modelArgument(argv);
    // A script that an interpreter runs has its own name second.
    const isLlama = argv.slice(0, 2).some((word) => basename(word).startsWith('llama-server'));
    if (model !== undefined || waits || !isLlama) return { waits, model, isLlama };
    const environment = await readGuarded(join(root, String(pid), 'environ'), maxBytes);
    return { waits, isLlama, model: pickVariables(environment, ['LLAMA_ARG_MODEL'])['LLAMA_ARG_MODEL'] };
  } catch {
    return { waits: true, model: undefined, isLlama: false };
  }
}

async function environmentOf(root: string, pid: number): Promise<Environment> {
  try {
    return modelVariables(await readGuarded(join(root, String(pid), 'environ'), maxBytes));
  } catch {
    return {};
  }
}

function absolutePath(root: string, pid: number, model: string): string | undefined {
  if (isAbsolute(model)) return model;
  try {
    return resolve(readlinkSync(join(root, String(pid), 'cwd')), model);
  } catch {
    return undefined;
  }
}

/** Effective user and all groups, from proc_pid_status(5). */
function userOf(root: string, pid: number): ProgramUser | undefined {
  try {
    const status = readFileSync(join(root, String(pid), 'status'), 'utf8');
    const numbers = (name: string): number[] => {
      const line = new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1] ?? '';
      return line.trim().split(/\s+/).filter(Boolean).map(Number);
    };
    const uid = numbers('Uid')[1];
    const gid = numbers('Gid')[1];
    return uid === undefined || gid === undefined ? undefined : { uid, gids: [gid, ...numbers('Groups')] };
  } catch {
    return undefined;
  }
}
