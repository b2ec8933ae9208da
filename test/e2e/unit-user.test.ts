/** The exporter as its systemd unit runs it: an ordinary user with the unit's capabilities. */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startDaemon } from '../node/daemon.ts';
import type { Daemon } from '../node/daemon.ts';
import { waitFor } from '../node/poll.ts';
import { createScratch } from '../node/scratch.ts';
import type { Scratch } from '../node/scratch.ts';
import { requireCommand } from '../setup/packages.ts';
import { parseExposition } from '../support/exposition.ts';
import type { Scrape } from '../support/exposition.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const unit = readFileSync(new URL('../../deploy/systemd/gpunode-exporter.service', import.meta.url), 'utf8');
const nobody = 65_534;

let scratch: Scratch | undefined;
afterEach(() => scratch?.remove());

/** A supervisord whose socket has these settings, and an exporter beside it that is not root. */
async function startBoth(socketSettings: string): Promise<Daemon> {
  scratch = await createScratch();
  const { folder, spawn } = scratch;
  const at = (name: string): string => join(folder, name);
  chmodSync(folder, 0o755);
  mkdirSync(at('state'));
  chownSync(at('state'), nobody, nobody);
  writeFileSync(
    at('supervisord.conf'),
    `[unix_http_server]
file=${at('supervisor.sock')}
${socketSettings}
[supervisord]
logfile=${at('supervisord.log')}
pidfile=${at('supervisord.pid')}
user=root
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:llama]
command=/bin/sleep 1000
`,
  );
  writeFileSync(
    at('exporter.yml'),
    JSON.stringify({
      state_dir: at('state'),
      programs: ['llama'],
      supervisor: { interval: '1s', config_file: at('supervisord.conf') },
    }),
  );
  spawn(requireCommand('supervisord'), ['-n', '-c', at('supervisord.conf')]);
  await waitFor('supervisord', () => readFileSync(at('supervisord.log'), 'utf8').includes('entered RUNNING'));
  return startDaemon(spawn, {
    command: 'setpriv',
    args: (address) => [
      ...asUnit(),
      process.execPath,
      main,
      'serve',
      '--config.file',
      at('exporter.yml'),
      '--web.listen-address',
      address,
    ],
    logFile: at('exporter.log'),
  });
}

/** setpriv's words for User= and AmbientCapabilities= of the unit. */
function asUnit(): string[] {
  const capabilities = /^AmbientCapabilities=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
  const names = capabilities.map((name) => name.replace('CAP_', '+').toLowerCase()).join(',');
  return [
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    `--inh-caps=-all,${names}`,
    `--ambient-caps=-all,${names}`,
    `--bounding-set=-all,${names}`,
    '--no-new-privs',
  ];
}

const look = async ({ url }: Daemon): Promise<Scrape> => parseExposition(await (await fetch(`${url}/metrics`)).text());

describe('as the unit runs it', () => {
  it('asks a socket that is open to its group, and reads what its capabilities allow', async () => {
    const exporter = await startBoth('chmod=0770\nchown=root:nogroup');
    await waitFor('up', async () => (await look(exporter)).value('gpunode_supervisor_up') === 1);
    const text = await look(exporter);
    expect(text.value('gpunode_program_state_code', { program: 'llama' })).toBe(20);
    // A log that only root may read, and another user's process.
    expect(text.value('gpunode_supervisor_events_source', { program: 'llama', source: 'main_log' })).toBe(1);
    await waitFor(
      'memory',
      async () => ((await look(exporter)).value('gpunode_program_memory_bytes', { program: 'llama' }) ?? 0) > 0,
    );
    expect(text.value('gpunode_exporter_state_saved')).toBe(1);
  });

  it('says that it may not ask, instead of that supervisord is down', async () => {
    const exporter = await startBoth('chmod=0700');
    const denied = { collector: 'supervisor', reason: 'denied' };
    await waitFor(
      'denied',
      async () => ((await look(exporter)).value('gpunode_collector_failures_total', denied) ?? 0) > 0,
    );
    const text = await look(exporter);
    expect(text.value('gpunode_supervisor_up')).toBeUndefined();
    expect(text.value('gpunode_collector_success', { collector: 'supervisor' })).toBe(0);
    expect(text.value('gpunode_program_expected', { program: 'llama' })).toBe(1);
    expect(exporter.log()).toMatch(/collector failed.*collector=supervisor reason=denied.*chown=/);
  });
});
