/**
 * `npm test`: everything that is checked before a change goes in, ending in one line `N passed, N failed`.
 * A static check counts as one; the tests count one each.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, SetupError } from './setup/packages.ts';
import { countTests } from './setup/report.ts';
import type { Count } from './setup/report.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const staticChecks: readonly (readonly [title: string, command: string])[] = [
  ['format', 'oxfmt --check'],
  ['lint', 'npm --silent run lint'],
  ['types', 'npm --silent run types'],
  ['generated files', 'npm --silent run generate -- --check'],
  ['bundle', 'npm --silent run build'],
];

// oxlint and oxfmt take CI for a terminal with colours, whatever NO_COLOR says.
const { CI: _, ...withoutCi } = process.env;

const count = await runAll();
say(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed > 0 ? 1 : 0;

async function runAll(): Promise<Count> {
  try {
    ensurePackages([
      'supervisor',
      'prometheus',
      'prometheus-alertmanager',
      'bindfs',
      'logrotate',
      'procps',
      'openssl',
      'chromium',
    ]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return { passed: 0, failed: 1 };
  }
  const statics = await runStaticChecks();
  if (statics.failed > 0) {
    say('\nThe tests run once these checks pass.');
    return statics;
  }
  const tests = await runTests();
  return { passed: statics.passed + tests.passed, failed: tests.failed };
}

async function runStaticChecks(): Promise<Count> {
  const failed: string[] = [];
  for (const [title, command] of staticChecks) {
    say(`\n— ${title}: ${command}`);
    if ((await run(command)) !== 0) failed.push(title);
  }
  say(failed.length === 0 ? '\nAll static checks passed.' : `\nFailed: ${failed.join(', ')}.`);
  return { passed: staticChecks.length - failed.length, failed: failed.length };
}

async function runTests(): Promise<Count> {
  const report = 'node_modules/.cache/test-report.json';
  rmSync(join(root, report), { force: true });
  const command = `vitest run --reporter=default --reporter=json --outputFile.json=${report}`;
  say(`\n— tests: ${command}`);
  const status = await run(command, process.env);
  return countTests(join(root, report), status);
}

/** Runs a command line with our own Node and tools first on PATH, its output ours. Resolves to its exit status. */
function run(command: string, env: NodeJS.ProcessEnv = withoutCi): Promise<number> {
  const colours = process.stdout.isTTY && !process.env['CI'] ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined };
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(command, {
    shell: true,
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, ...colours, PATH: path },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
