/** Runs the gate as a program. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { buildGguf, floats } from '../../sources/gguf/build.ts';

export const { whole } = buildGguf({ tensors: floats(50_000, 50_000) });
export const quick = ['--stable-for', '200ms', '--timeout', '30s'] as const;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds this. */
  readonly said: (pattern: RegExp) => Promise<void>;
}

/** Builds the program once for a test file, and ends what it left running after each test. */
export function useGate(): { readonly gate: typeof gate; readonly children: ChildProcess[] } {
  // One file starts in a fraction of the time, and is what is shipped.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gpunode-gate-'));
    program = join(folder, 'main.cjs');
    const entry = fileURLToPath(new URL('entry.ts', import.meta.url));
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: 'node',
      target: 'node22',
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
      logLevel: 'error',
    });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
  return { gate, children };
}

let program = '';
let folder = '';
const children: ChildProcess[] = [];

function gate(args: readonly string[], env: Record<string, string> = {}): Running {
  const startMs = performance.now();
  const child = spawn(process.execPath, [program, 'gate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    pid: child.pid ?? 0,
    child,
    ended: once(child, 'close').then(([status]) => ({
      status: status as number | null,
      stdout,
      stderr,
      ms: performance.now() - startMs,
    })),
    said: async (pattern) => {
      const deadlineMs = performance.now() + 20_000;
      while (!pattern.test(stderr)) {
        if (performance.now() > deadlineMs) throw new Error(`never said ${pattern}: ${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
