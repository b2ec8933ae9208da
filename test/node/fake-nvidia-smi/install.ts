/** Puts a fake nvidia-smi in place and changes its mind while others use it. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { h100 } from './cards.ts';
import { readSetup, readStarts, writeSetup } from './setup.ts';
import type { FakeSetup, FakeStart } from './setup.ts';

export interface FakeNvidiaSmi {
  /** Where a program claims GPU memory: a file named by its pid that holds MiB. */
  readonly claims: string;
  /** From the next start on: as it was installed, but for this. */
  set(change: Partial<FakeSetup>): void;
  starts(): FakeStart[];
  /** Lets those end that are unkillable. */
  release(): void;
}

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const healthy: FakeSetup = { mode: 'ok', driver: '590.48.01', cards: [h100()] };

/** Writes `bin/nvidia-smi`, which does what is written in `folder`: one healthy H100, unless `setup` says otherwise. */
export function installFakeNvidiaSmi(bin: string, folder: string, setup: Partial<FakeSetup> = {}): FakeNvidiaSmi {
  const path = join(bin, 'nvidia-smi');
  for (const each of [bin, join(folder, 'claims')]) mkdirSync(each, { recursive: true });
  for (const name of ['installed', 'setup']) writeSetup(folder, { ...healthy, ...setup }, name);
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${main}' '${folder}' "$@"\n`);
  chmodSync(path, 0o755);
  return fakeNvidiaSmiIn(folder);
}

/** The one that was installed with this folder. */
export function fakeNvidiaSmiIn(folder: string): FakeNvidiaSmi {
  return {
    claims: join(folder, 'claims'),
    set(change): void {
      rmSync(join(folder, 'release'), { force: true });
      writeSetup(folder, { ...readSetup(folder, 'installed'), ...change });
    },
    starts: () => readStarts(folder),
    release: () => writeFileSync(join(folder, 'release'), ''),
  };
}
