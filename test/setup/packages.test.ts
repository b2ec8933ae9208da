/** The package installer, with an apt-get that only says what it was asked. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCommand } from './packages.ts';

const installer = fileURLToPath(new URL('apt-install.sh', import.meta.url));
let folder = '';
let policy = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-setup-'));
  policy = join(folder, 'policy-rc.d');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** An apt-get that records its arguments, what the policy for services says at that moment, and then runs `script`. */
function install(script: string) {
  writeFileSync(
    join(folder, 'apt-get'),
    `#!/bin/sh\n{ echo "$*"; ${policy}; echo "policy $?"; } >>${folder}/calls\n${script}\n`,
    { mode: 0o755 },
  );
  const env = { PATH: `${folder}:${process.env['PATH']}`, POLICY_FILE: policy };
  const { status, stderr } = spawnSync(installer, ['supervisor', 'prometheus'], { env, encoding: 'utf8' });
  return { status, stderr, calls: readFileSync(join(folder, 'calls'), 'utf8') };
}

test('installs without starting a service, and takes its policy away again', () => {
  const { status, calls } = install('exit 0');
  expect(status).toBe(0);
  expect(calls).toMatch(/install -y --no-install-recommends supervisor prometheus\npolicy 101\n$/);
  expect(existsSync(policy)).toBe(false);
});

test('leaves a policy alone that is there', () => {
  writeFileSync(policy, '#!/bin/sh\nexit 104\n', { mode: 0o755 });
  expect(install('exit 0').calls).toContain('policy 104');
  expect(readFileSync(policy, 'utf8')).toContain('exit 104');
});

test('fetches package lists when it does not work without', () => {
  const { status, calls } = install(`case "$*" in *update) : >${folder}/lists ;; *) [ -e ${folder}/lists ] ;; esac`);
  expect(status).toBe(0);
  expect(calls.match(/(update|install)(?= -y|\n)/g)).toEqual(['install', 'update', 'install']);
});

test('says what apt-get said when it fails, and takes its policy away', () => {
  const { status, stderr } = install('echo "E: Unable to locate package"; exit 100');
  expect(status).toBe(1);
  expect(stderr).toContain('E: Unable to locate package');
  expect(existsSync(policy)).toBe(false);
});

test('names what to install where there is no apt-get', () => {
  const program = `
    import { ensurePackages } from ${JSON.stringify(new URL('packages.ts', import.meta.url).href)};
    ensurePackages(['supervisor', 'chromium']);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: folder },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('supervisor (supervisord, supervisorctl)');
  expect(stderr).toContain('chromium (chromium)');
});

test('finds commands on PATH', () => {
  expect(findCommand('sh')).toMatch(/\/sh$/);
  expect(findCommand('no-such-command')).toBeUndefined();
});
