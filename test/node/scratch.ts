/** A scratch folder that cannot be left behind: with it go all processes started for it, even if we are killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Environment variable that marks a process, and all that it starts, as belonging to a scratch folder. */
export const scratchVariable = 'GPUNODE_SCRATCH';

export interface Scratch {
  readonly folder: string;
  /** Starts a process that dies with the folder, in a session of its own: Ctrl-C in our terminal does not reach it. */
  readonly spawn: (command: string, args: readonly string[], options?: SpawnOptions) => ChildProcess;
  /** Kills every process of the folder, then removes it. */
  readonly remove: () => Promise<void>;
}

/** The folder is made, and will be removed, by a watchdog process that waits for the end of its input: `remove()` or our death. */
export async function createScratch(): Promise<Scratch> {
  const watchdog = spawn(process.execPath, [fileURLToPath(new URL('scratch-watchdog.ts', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    // Not marked itself, even where we are: it must outlive us.
    env: { ...process.env, [scratchVariable]: undefined },
  });
  const exited = once(watchdog, 'exit');
  const [line]: unknown[] = await Promise.race([
    once(createInterface(watchdog.stdout), 'line'),
    exited.then(() => Promise.reject(new Error('The watchdog of the scratch folder did not start'))),
  ]);
  const folder = String(line);
  return {
    folder,
    spawn: (command, args, options = {}) =>
      spawn(command, args, {
        detached: true,
        stdio: 'ignore',
        ...options,
        env: { ...process.env, ...options.env, [scratchVariable]: folder },
      }),
    async remove() {
      watchdog.stdin.end();
      await exited;
    },
  };
}
