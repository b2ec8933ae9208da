import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const lockModule = new URL('../../src/core/lock.ts', import.meta.url).href;
/** Each tries once, at the same instant, and keeps what it got until all have tried. */
const contender = `
  const { takeLock } = await import(${JSON.stringify(lockModule)});
  process.stdin.once('data', () => {
    let got = 1;
    try { takeLock(process.argv[1]); } catch { got = 0; }
    process.stdin.once('data', () => process.exit());
    process.stdout.write(String(got));
  });
  process.stdout.write('r');
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

it.each([
  ['no lock', undefined],
  ['a stale lock', '1 0 no-such-boot\n'],
  ['an empty lock', ''],
])(
  'of exporters that start in the same instant on %s one gets it',
  async (_what, before) => {
    const path = join(directory, 'lock');
    for (let round = 0; round < 5; round += 1) {
      if (before === undefined) rmSync(path, { force: true });
      else writeFileSync(path, before);
      expect(await race(path, 6)).toBe(1);
    }
    expect(readdirSync(directory)).toEqual(['lock']);
  },
  60_000,
);

it('an exporter that died while it took over a lock keeps nobody from it', async () => {
  const path = join(directory, 'lock');
  for (const file of [path, `${path}.takeover`]) writeFileSync(file, '1 0 no-such-boot\n');
  expect(await race(path, 1)).toBe(1);
  expect(readdirSync(directory)).toEqual(['lock']);
});

async function race(path: string, contenders: number): Promise<number> {
  const all = Array.from({ length: contenders }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', contender, path], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const heard = (): Promise<string[]> =>
    Promise.all(all.map(({ stdout }) => once(stdout, 'data').then(([data]) => String(data))));
  await heard();
  const answers = heard();
  for (const { stdin } of all) stdin.write('try');
  const holders = (await answers).filter((answer) => answer === '1').length;
  for (const { stdin } of all) stdin.write('end');
  await Promise.all(all.map((one) => once(one, 'exit')));
  return holders;
}
