import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('check-node.mjs', import.meta.url));

test.each(['20.20.2', '22.15.0', '18.0.0'])('Node %s is told what to do', (version) => {
  const { status, stderr } = check(version);
  expect(status).toBe(1);
  expect(stderr).toContain(`This is Node ${version}`);
  expect(stderr).toContain('npm rebuild node');
});

test.each(['22.18.0', '24.0.0', '26.1.0'])('Node %s will do', (version) => {
  expect(check(version)).toMatchObject({ status: 0, stderr: '' });
});

function check(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, script];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}
