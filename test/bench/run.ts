/** `npm run bench`: every *.bench.ts beside this file, one after the other, so that they do not disturb each other. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const files = globSync('*.bench.ts', { cwd: import.meta.dirname }).toSorted();
for (const file of files) {
  process.stdout.write(`\n— ${file}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
