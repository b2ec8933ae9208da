/** Puts a fake nvidia-smi in place and changes its mind while others use it. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { h100 } from './cards.ts';
import { readStarts, writeSetup } from './setup.ts';
import type { FakeSetup, FakeStart } from './setup.ts';

export interface FakeNvidiaSmi {
  /** The program. */
  readonly path: string;
  /** Where a program claims GPU memory: a file named by its pid that holds MiB. */
  readonly claims: string;
  /** From the next start on. */
  set(setup: Partial<FakeSetup>): void;
  starts(): FakeStart[];
  /** Lets those end that are unkillable. */
  release(): void;
}

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const healthy: FakeSetup = { mode: 'ok', driver: '590.48.01', cards: [h100()] };

/** Writes `bin/nvidia-smi`, which does what is written in `folder`: one healthy H100, unless `setup` says otherwise. */
export function installFakeNvidiaSmi(bin: string, folder: string, setup: Partial<FakeSetup> = {}): FakeNvidiaSmi {
  const path = join(bin, 'nvidia-smi');
  mkdirSync(bin, { recursive: true });
  writeSetup(folder, { ...healthy, ...setup });
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${main}' '${folder}' "$@"\n`);
  chmodSync(path, 0o755);
  return {
    path,
    claims: join(folder, 'claims'),
    set(change): void {
      rmSync(join(folder, 'release'), { force: true });
      writeSetup(folder, { ...healthy, ...setup, ...change });
    },
    starts: () => readStarts(folder),
    release: () => writeFileSync(join(folder, 'release'), ''),
  };
}
