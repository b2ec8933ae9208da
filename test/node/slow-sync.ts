/** A sync that takes its time: nothing for 30 s, then the model grows in place for 10 s. */
import { rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tinyGguf } from './gguf.ts';
import type { NodePaths } from './layout.ts';
import { pause } from './poll.ts';

const model = tinyGguf(1_000_000);
const steps = 20;

/** Before the node starts: the model is not there. */
export function prepareSync(paths: NodePaths): void {
  rmSync(paths.model);
}

export async function sync(paths: NodePaths, signal: AbortSignal): Promise<void> {
  await pause(30_000, signal);
  const step = model.length / steps;
  for (let written = 0; written < steps && !signal.aborted; written += 1) {
    await appendFile(paths.model, model.subarray(written * step, (written + 1) * step));
    await pause(500, signal);
  }
}
