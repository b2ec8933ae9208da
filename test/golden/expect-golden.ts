import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { requireCommand } from '../setup/packages.ts';

/** Holds a whole exposition against its file, which `vitest -u` rewrites, and against promtool. */
export async function expectGolden(text: string, file: string): Promise<void> {
  const stable = text
    .replace(/node_version="[^"]*"/, 'node_version="golden"')
    // How many rounds failed before the scrape depends on the machine.
    .replace(/(gpunode_collector_failures_total\{[^}]*\}) [1-9]\d*/g, '$1 1');
  const { stdout, stderr } = spawnSync(requireCommand('promtool'), ['check', 'metrics'], {
    input: stable,
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toBe('');
  await expect(stable).toMatchFileSnapshot(join(import.meta.dirname, file));
}
