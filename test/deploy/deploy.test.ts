import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { requireCommand } from '../setup/packages.ts';
import { createSupervisordService } from '../../src/sources/supervisord/service.ts';
import { createTestHost } from '../support/host.ts';

const folder = join(import.meta.dirname, '../../deploy');
const main = join(import.meta.dirname, '../../src/main.ts');

const scratch = mkdtempSync(join(tmpdir(), 'gpunode-deploy-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The flags of a shipped command line are flags of the exporter: `--help` behind them reaches the help. */
function expectServes(commandLine: string): void {
  const [program, ...args] = commandLine.split(' ');
  expect(program).toBe('/usr/local/bin/gpunode-exporter');
  const { status, stdout } = spawnSync(process.execPath, [main, ...args, '--help'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: gpunode-exporter serve');
}

describe('deploy', () => {
  it('has a program block that supervisord understands', async () => {
    // As it is used: included by a configuration like Debian's.
    const configFile = join(scratch, 'supervisord.conf');
    const block = join(folder, 'supervisor/gpunode-exporter.conf');
    const main = '[unix_http_server]\nfile=/run/s.sock\n[supervisord]\nlogfile=/var/log/s.log\n';
    writeFileSync(configFile, `${main}[include]\nfiles=${block}\n`);
    const service = createSupervisordService(createTestHost(), { configFile, timeoutMs: 1_000, environment: {} });
    const { programs, warnings } = await service.config();
    expect(warnings).toEqual([]);
    expect(programs).toMatchObject([{ program: 'gpunode-exporter', autorestart: 'true', startsecs: 5 }]);
    expectServes(programs[0]?.command ?? '');
  });

  it('has a scrape job that Prometheus understands', () => {
    const { status, stdout, stderr } = spawnSync(
      requireCommand('promtool'),
      ['check', 'config', join(folder, 'prometheus/prometheus.yml')],
      { encoding: 'utf8' },
    );
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('has a unit with its own user, its own state, and no more capabilities than it explains', () => {
    const unit = readFileSync(join(folder, 'systemd/gpunode-exporter.service'), 'utf8');
    const settings = new Map([...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));
    expectServes(settings.get('ExecStart') ?? '');
    expect(settings.get('User')).toBe('gpunode-exporter');
    expect(settings.get('StateDirectory')).toBe('gpunode-exporter');
    expect(settings.get('ProtectSystem')).toBe('strict');
    expect(settings.get('NoNewPrivileges')).toBe('true');
    const explained = [...unit.matchAll(/^# {3}(CAP_\w+) {2,}\S/gm)].map(([, name]) => name);
    expect(settings.get('AmbientCapabilities')?.split(' ')).toEqual(explained);
    expect(settings.get('CapabilityBoundingSet')).toBe(settings.get('AmbientCapabilities'));
    expect(unit.match(/^\[\w+\]$/gm)).toEqual(['[Unit]', '[Service]', '[Install]']);
  });
});
