import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpClient } from '../../../src/core/http-client.ts';
import type { Files, Host } from '../../../src/core/host.ts';
import { NotAskedError } from '../../../src/sources/supervisord/fault.ts';
import { createSupervisordService } from '../../../src/sources/supervisord/service.ts';
import type { SupervisordSettings } from '../../../src/sources/supervisord/service.ts';
import type { SupervisordService } from '../../../src/sources/supervisord/types.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';
import { answerBodies } from './captures.ts';
import { listen } from './rpc-server.ts';
import type { RpcServer } from './rpc-server.ts';

const [multicall = ''] = answerBodies('rpc-multicall.txt');
let server: RpcServer;
let authorizations: (string | undefined)[] = [];
let configFile = '';
let answer = '';

beforeEach(async () => {
  authorizations = [];
  answer = multicall;
  server = await listen((request, response) => {
    authorizations.push(request.headers.authorization);
    response.end(answer);
  });
  configFile = join(server.directory, 'supervisord.conf');
  const include = `[include]\nfiles = conf.d/*.conf\n`;
  writeFileSync(
    configFile,
    `[supervisord]\nlogfile=/var/log/s.log\n[unix_http_server]\nfile=%(here)s/supervisor.sock\nusername=mon\npassword=sesame\n${include}`,
  );
});
afterEach(() => server.close());

function service(settings: Partial<SupervisordSettings> = {}): { host: TestHost; supervisord: SupervisordService } {
  const host = createTestHost({ http: createHttpClient() });
  const all = { configFile, timeoutMs: 1_000, environment: {}, ...settings };
  return { host, supervisord: createSupervisordService(host satisfies Host, all) };
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const programsOf = async (supervisord: SupervisordService): Promise<string[]> =>
  (await supervisord.config()).programs.map(({ program }) => program);

test('the configuration file says where supervisord is and how to get in', async () => {
  const { supervisord } = service();
  expect((await supervisord.snapshot({ maxAgeMs: 0 })).pid).toBe(17686);
  expect(authorizations).toEqual([basic('mon:sesame')]);
  // It is nobody else's business.
  expect(JSON.stringify(await supervisord.config())).not.toContain('sesame');
});

test('settings win over the file', async () => {
  const passwordFile = join(server.directory, 'password');
  writeFileSync(passwordFile, 'open\nsecond line\n');
  const { supervisord } = service({ username: 'me', passwordFile, mainLog: '/elsewhere.log' });
  await supervisord.snapshot({ maxAgeMs: 0 });
  expect(authorizations).toEqual([basic('me:open')]);
  expect((await supervisord.config()).mainLog).toBe('/elsewhere.log');
});

test('a relative main log is where supervisord was started, which its process tells', async () => {
  writeFileSync(configFile, readFileSync(configFile, 'utf8').replace('/var/log/s.log', 'logs/s.log'));
  answer = multicall.replace('<int>17686</int>', `<int>${process.pid}</int>`);
  const { supervisord } = service();
  expect((await supervisord.config()).mainLog).toBeUndefined();
  await supervisord.snapshot({ maxAgeMs: 0 });
  expect((await supervisord.config()).mainLog).toBe(join(process.cwd(), 'logs/s.log'));
});

test('without the file a server URL is enough', async () => {
  const { supervisord } = service({ configFile: '/nonexistent.conf', serverUrl: `unix://${server.socket}` });
  expect((await supervisord.snapshot({ maxAgeMs: 0 })).version).toBe('4.2.5');
  expect((await supervisord.config()).warnings.join()).toContain('/nonexistent.conf');
});

test.each(['supervisord.config', 'http_probe.small_file'])(
  'while %s hangs supervisord is not asked, and is not blamed',
  async (name) => {
    const host = createTestHost({ http: createHttpClient() });
    const passwordFile = join(server.directory, 'password');
    writeFileSync(passwordFile, 'open\n');
    const files: Files = {
      ...host.files,
      call: (operation, path, args, options) =>
        operation.name === name ? new Promise(() => {}) : host.files.call(operation, path, args, options),
    };
    const supervisord = createSupervisordService(
      { ...host, files },
      { configFile, passwordFile, timeoutMs: 1_000, environment: {} },
    );
    const asking = supervisord.snapshot({ maxAgeMs: 0, signal: AbortSignal.timeout(50) });
    await expect(asking).rejects.toThrow(NotAskedError);
    expect(authorizations).toEqual([]);
  },
);

test('a supervisord that was asked and does not answer is to blame', async () => {
  const host = createTestHost({ http: { request: () => new Promise(() => {}) } });
  const supervisord = createSupervisordService(host, { configFile, timeoutMs: 1_000, environment: {} });
  const error: unknown = await supervisord
    .snapshot({ maxAgeMs: 0, signal: AbortSignal.timeout(200) })
    .catch((one: unknown) => one);
  expect(error).toMatchObject({ reason: 'timeout' });
  expect(error).not.toBeInstanceOf(NotAskedError);
});

test('without both there is nobody to ask', async () => {
  const { supervisord } = service({ configFile: '/nonexistent.conf' });
  await expect(supervisord.snapshot({ maxAgeMs: 0 })).rejects.toMatchObject({
    reason: 'unavailable',
    message: expect.stringContaining('set supervisor.config_file or server_url') as string,
  });
});

test('a password file that is not there is said so', async () => {
  const { supervisord } = service({ passwordFile: '/nonexistent' });
  await expect(supervisord.snapshot({ maxAgeMs: 0 })).rejects.toThrow('supervisor.password_file cannot be read');
});

test('a configuration that names no server', async () => {
  writeFileSync(configFile, '[supervisord]\n');
  const { supervisord } = service();
  await expect(supervisord.snapshot({ maxAgeMs: 0 })).rejects.toThrow('names no RPC server');
});

test('changed, added and removed files are read again, but not at every question', async () => {
  const { host, supervisord } = service();
  const included = join(server.directory, 'conf.d', 'a.conf');
  expect(await programsOf(supervisord)).toEqual([]);
  mkdirSync(join(server.directory, 'conf.d'));
  writeFileSync(included, '[program:a]\ncommand=a\n');
  expect(await programsOf(supervisord)).toEqual([]);
  host.clock.nowMs += 5_000;
  expect(await programsOf(supervisord)).toEqual(['a']);
  appendFileSync(included, '[program:b]\ncommand=b\n');
  host.clock.nowMs += 5_000;
  expect(await programsOf(supervisord)).toEqual(['a', 'b']);
  rmSync(included);
  host.clock.nowMs += 5_000;
  expect(await programsOf(supervisord)).toEqual([]);
});

test('a file that has become unreadable leaves what was read before', async () => {
  const { host, supervisord } = service();
  const before = await supervisord.config();
  rmSync(configFile);
  host.clock.nowMs += 5_000;
  expect(await supervisord.config()).toEqual(before);
  expect((await supervisord.snapshot({ maxAgeMs: 0 })).pid).toBe(17686);
});

test('files that hang leave what was read before', async () => {
  const { host, supervisord } = service();
  const before = await supervisord.config();
  const hanging = { ...host, files: { call: () => new Promise<never>(() => undefined), stuckMs: () => 0 } };
  Object.assign(host, hanging);
  host.clock.nowMs += 5_000;
  expect(await supervisord.config()).toEqual(before);
});

test('warnings are logged once', async () => {
  writeFileSync(configFile, `${readFileSync(configFile, 'utf8')}[program:x]\n`);
  const { host, supervisord } = service();
  await supervisord.config();
  writeFileSync(configFile, `${readFileSync(configFile, 'utf8')}\n`);
  host.clock.nowMs += 5_000;
  await supervisord.config();
  const warnings = host.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['warning']);
  expect(warnings).toEqual(['[program:x] has no command', '[include]: nothing matches conf.d/*.conf']);
});
