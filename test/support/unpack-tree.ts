import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes a recording of `==> /path <==` and content into a new directory below the system's temporary one. */
export function unpackTree(recording: string): string {
  const root = mkdtempSync(join(tmpdir(), 'gpunode-tree-'));
  const parts = readFileSync(recording, 'utf8').split(/^==> (\/.*) <==\n/m);
  for (let index = 1; index < parts.length; index += 2) {
    const file = join(root, parts[index] ?? '');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, parts[index + 1] ?? '');
  }
  return root;
}
