/** How the fake nvidia-smi behaves: a file in its folder that is read at every start, so that it can change at any time. */
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../support/processes.ts';

export type FakeMode =
  | 'ok'
  /** Answers after `delayMs`. */
  | 'slow'
  /** Never answers; SIGTERM ends it. */
  | 'hang'
  /** Never answers; only SIGKILL ends it. */
  | 'ignore-sigterm'
  /** Never answers and is not reaped even after SIGKILL, as in the hands of a driver that hangs; see `unkillable.py`. */
  | 'unkillable'
  /** Answers and ends, but leaves a child behind that holds its output open. */
  | 'orphan-child'
  | 'garbage'
  /** The last line is cut in its middle. */
  | 'half-row'
  /** Prints `output` and ends with `exitCode`. */
  | 'exit'
  /** Card `lostCard` is lost, told the way that `lostAs` says. */
  | 'lost-card'
  | 'no-driver';

export interface FakeProcess {
  readonly card: number;
  readonly pid: number | string;
  readonly usedMiB: number | string;
}

export interface FakeSetup {
  readonly mode: FakeMode;
  /** Only queries with this option (`--query-compute-apps`) behave so; others answer. */
  readonly only?: string;
  readonly delayMs?: number;
  readonly exitCode?: number;
  readonly output?: string;
  /** Which fields are known depends on it: a column of query-gpu-fields-by-driver.tsv. */
  readonly driver: string;
  /** Each card by `--query-gpu` field, units left out; what a card does not say is [N/A]. */
  readonly cards: readonly Readonly<Record<string, string>>[];
  readonly lostCard?: number;
  /** Error tokens in its cells; its row left out and a line on stderr (from 580); no row at all, exit 15 (to 550). */
  readonly lostAs?: 'tokens' | 'missing-row' | 'no-rows';
  /** Beside those that have a claim in the folder. */
  readonly processes?: readonly FakeProcess[];
  /** Recorded answers instead: the beginning of file names in test/captures/nvidia/recorded. */
  readonly recorded?: string;
}

/** One start of the fake. */
export interface FakeStart {
  readonly pid: number;
  readonly args: readonly string[];
}

/** `installed` is what it was at first. */
export function readSetup(folder: string, name: 'setup' | 'installed' = 'setup'): FakeSetup {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as FakeSetup;
}

/** In one step: a fake that starts at this moment reads the old or the new one. */
export function writeSetup(folder: string, setup: FakeSetup, name = 'setup'): void {
  writeFileSync(join(folder, `${name}.json.new`), JSON.stringify(setup));
  renameSync(join(folder, `${name}.json.new`), join(folder, `${name}.json`));
}

/** Every start so far, oldest first. */
export function readStarts(folder: string): FakeStart[] {
  const file = join(folder, 'starts.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as FakeStart);
}

/**
 * What living processes claim: a file `claims/PID` that holds `MIB` or `MIB CARD`. A program takes GPU memory by writing
 * one (`echo 5120 > "$FAKE_GPU/claims/$$"`) and gives it back by ending.
 */
export function readClaims(folder: string): FakeProcess[] {
  return readdirSync(join(folder, 'claims'))
    .filter((pid) => isAlive(Number(pid)))
    .flatMap((pid) => {
      const claim = readFileSync(join(folder, 'claims', pid), 'utf8').trim();
      // Its program is writing it.
      if (claim === '') return [];
      const [mib, card = '0'] = claim.split(/\s+/);
      return { card: Number(card), pid: Number(pid), usedMiB: Number(mib) };
    });
}
