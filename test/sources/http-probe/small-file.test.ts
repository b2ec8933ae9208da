import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSmallFile } from '../../../src/sources/http-probe/small-file.ts';

function temporaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'small-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'file'), content);
  return join(folder, 'file');
}

describe('readSmallFile', () => {
  it('reads a file once, and again when it changed', async () => {
    const path = temporaryFile('one');
    const first = await readSmallFile.run(path, {});
    expect(first.text).toBe('one');
    expect(await readSmallFile.run(path, { known: first.version })).toEqual({ version: first.version });
    writeFileSync(path, 'three');
    expect((await readSmallFile.run(path, { known: first.version })).text).toBe('three');
  });

  it('refuses what is no small file', async () => {
    const path = temporaryFile('x'.repeat(1024 * 1024 + 1));
    await expect(readSmallFile.run(path, {})).rejects.toThrow('larger than');
    await expect(readSmallFile.run(join(path, '..'), {})).rejects.toThrow(/regular|EISDIR/);
    await expect(readSmallFile.run(`${path}.missing`, {})).rejects.toThrow('ENOENT');
    execFileSync('mkfifo', [`${path}.fifo`]);
    await expect(readSmallFile.run(`${path}.fifo`, {})).rejects.toThrow('regular');
  });
});
