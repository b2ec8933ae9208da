import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSupervisordConfig, readSupervisordConfig } from '../../../src/sources/supervisord/config-file.ts';
import type { SupervisordConfig } from '../../../src/sources/supervisord/types.ts';
import { createTestHost } from '../../support/host.ts';
import { capture } from './captures.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'conf-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(file: string, text: string): string {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const environment = { HOME: '/root', PATH: process.env['PATH'], MODEL: 'llama-3.1', API_KEY: 'hunter2' };

async function read(file: string): Promise<SupervisordConfig> {
  const { config } = await readSupervisordConfig(createTestHost().files, file, environment, { timeoutMs: 1_000 });
  return config;
}

/** What supervisord says of the file. */
function realConfig(file: string): unknown {
  const script = fileURLToPath(new URL('real_config.py', import.meta.url));
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-W', 'ignore', script, file], { env: environment, encoding: 'utf8' }),
  );
}

/** What we make of it, in the same shape. */
function comparable(config: SupervisordConfig): unknown {
  const { serverUrl, username, password, mainLog, mainLogRotation, identifier } = config;
  const programs = config.programs.map(({ program, environmentNames, directory, ...rest }) => [
    program,
    { ...rest, directory: directory ?? null, environmentNames: environmentNames.toSorted() },
  ]);
  return {
    serverUrl,
    username: username ?? null,
    password: password ?? null,
    mainLog,
    mainLogRotation,
    identifier,
    programs: Object.fromEntries(programs) as unknown,
  };
}

const rpc =
  '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n';
const minimal = '[supervisord]\nlogfile=/tmp/supervisord.log\n[unix_http_server]\nfile=/tmp/s.sock\n';

describe('the same as supervisord itself makes of it', () => {
  test.each([
    ['as Debian installs it', minimal],
    [
      'comments, continuations, spaces, delimiters, case, defaults',
      `; a comment
# another
[DEFAULT]
startretries = 7
[unix_http_server]   ; a comment behind a section
file = %(here)s/s.sock ; a comment behind a value
username : mon
PASSWORD = se;same#1 # not part of it
[supervisord]
logfile = %(here)s/log;file.log
logfile_maxbytes = 1KB
logfile_backups = 0
identifier = node ; x
[program:a]
command = /bin/sh -c "echo 'x; y' # z"
   --more
	--still more ; gone

   --after an empty line
startsecs=0
`,
    ],
    [
      'numprocs, names and formats',
      `${minimal}[program:worker-gpu]
command = /bin/worker --n %(process_num)d of %(numprocs)d --percent 50%% --host %(host_node_name)s --in %(here)s
process_name = %(group_name)s-%(program_name)s_%(process_num)02d
numprocs = 3
numprocs_start = 7
directory = /tmp
autorestart = TRUE
exitcodes = 0,2, 77
redirect_stderr = yes
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 3
[program:one]
command = true %(ENV_MODEL)s
autostart = off
autorestart = 0
startsecs = 30
`,
    ],
    [
      'groups, FastCGI and event listeners',
      `${minimal}[group:llm]
programs = llama-server, fcgi ,gpu
[program:llama-server]
command = /app/llama-server -m %(group_name)s
[fcgi-program:fcgi]
command = /bin/fcgi
socket = unix:///tmp/fcgi.sock
[program:gpu]
command = /bin/gpu_%(process_num)s
process_name = gpu_%(process_num)s
numprocs = 2
[eventlistener:watch]
command = /bin/watch
events = TICK_5
[program:alone]
command = /bin/alone
`,
    ],
    [
      'environments',
      `[supervisord]
logfile = /tmp/supervisord.log
environment = PATH_A="/a:/b",EMPTY="",KEY='with, comma'
[unix_http_server]
file = /tmp/s.sock
[program:e]
command = /bin/e %(ENV_PATH_A)s %(ENV_OWN)s %(ENV_KEY)s
environment =
    OWN="x=y", NUMBER=12,
    CUDA_VISIBLE_DEVICES="%(process_num)d"
`,
    ],
    [
      'a TCP server',
      `[supervisord]
logfile = /tmp/supervisord.log
[inet_http_server]
port = 127.0.0.1:9001
username = mon
password = {SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d
[program:p]
command = p
`,
    ],
    ['uvicorn as it was recorded', capture('fa.conf').replaceAll('/workspace', '/tmp')],
  ])('%s', async (_, text) => {
    const file = write('supervisord.conf', text + rpc);
    const ours = comparable(await read(file)) as Record<string, unknown>;
    const real = realConfig(file) as Record<string, unknown>;
    // A hash is no password.
    const password = String(real['password']).startsWith('{SHA}') ? null : real['password'];
    expect(ours).toMatchObject({ ...real, password });
    expect(Object.keys(ours['programs'] as object)).toHaveLength(Object.keys(real['programs'] as object).length);
  });

  test('includes: by pattern, in order, each with its own folder, later ones win', async () => {
    const file = write(
      'etc/supervisord.conf',
      `${minimal}[program:main]\ncommand = %(here)s/main\n[include]\nfiles = conf.d/*.conf\n  %(here)s/more/[ab].ini /nonexistent/*.conf\n${rpc}`,
    );
    write('etc/conf.d/20-b.conf', '[program:b]\ncommand = %(here)s/b\n[program:main]\nstartsecs = 12\n');
    write('etc/conf.d/10-a.conf', '[program:a]\ncommand = %(here)s/a\n');
    write('etc/conf.d/.hidden.conf', '[program:hidden]\ncommand = x\n');
    write('etc/conf.d/readme.txt', '[program:text]\ncommand = x\n');
    write('etc/more/b.ini', '[program:b]\ncommand = %(here)s/b2\n[include]\nfiles = *.never\n');
    write('etc/more/x.never', '[program:never]\ncommand = x\n');
    const config = await read(file);
    expect(comparable(config)).toMatchObject(realConfig(file) as object);
    expect(config.warnings).toEqual(['[include]: nothing matches /nonexistent/*.conf']);
  });
});

describe('what supervisord would refuse is read as far as it goes', () => {
  test.each([
    ['no [supervisord]', '[program:a]\ncommand=a\n', /no \[supervisord\] section/],
    ['no server', '[supervisord]\n[program:a]\ncommand=a\n', /no \[unix_http_server\]/],
    [
      'an unknown variable',
      `${minimal}[program:a]\ncommand=a %(ENV_NOWHERE)s\n`,
      /\[program:a\] command: %\(ENV_NOWHERE\)s/,
    ],
    ['lines that make no sense', `nonsense\n${minimal}[program:a]\ncommand=a\nnonsense\n`, /line 1, 8/],
    ['a program without a command', `${minimal}[program:b]\n[program:a]\ncommand=a\n`, /\[program:b\] has no command/],
    ['an unknown member', `${minimal}[group:g]\nprograms=nosuch\n[program:a]\ncommand=a\n`, /nosuch/],
  ])('%s', async (_, text, warning) => {
    const config = await read(write('supervisord.conf', text));
    expect(config.programs.map(({ program }) => program)).toEqual(['a']);
    expect(config.warnings.join('\n')).toMatch(warning);
  });

  test('an included file that cannot be read', () => {
    const files = [
      { path: '/etc/supervisor/supervisord.conf', version: '', text: `${minimal}[program:a]\ncommand=a\n` },
      { path: '/etc/supervisor/conf.d/x.conf', version: '', error: 'EACCES' },
    ];
    const { warnings, programs } = parseSupervisordConfig('/etc/supervisor/supervisord.conf', files, {});
    expect(warnings).toEqual(['/etc/supervisor/conf.d/x.conf cannot be read: EACCES']);
    expect(programs).toHaveLength(1);
  });
});

test('where there is no server section, supervisorctl knows the way', async () => {
  const text = '[supervisord]\n[supervisorctl]\nserverurl=http://node:9001\nusername=mon\npassword=sesame\n';
  expect(await read(write('supervisord.conf', text))).toMatchObject({
    serverUrl: 'http://node:9001',
    username: 'mon',
    password: 'sesame',
  });
});

test('the password that goes with a hash may stand under supervisorctl', async () => {
  const server =
    '[unix_http_server]\nfile=/s.sock\nusername=mon\npassword={SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d\n';
  const plain = await read(
    write('a.conf', `[supervisord]\n${server}[supervisorctl]\nusername=mon\npassword=thepassword\n`),
  );
  expect(plain).toMatchObject({ username: 'mon', password: 'thepassword' });
  const hashed = await read(write('b.conf', `[supervisord]\n${server}`));
  expect(hashed).toMatchObject({ username: 'mon', password: undefined });
  expect(hashed.warnings.join()).toContain('password_file');
});

test('syslog is no file', async () => {
  const config = await read(write('supervisord.conf', '[supervisord]\nlogfile=syslog\n[unix_http_server]\nfile=/s\n'));
  expect(config.mainLog).toBeUndefined();
});

test('values of the environment stay inside: names only, and none in warnings', async () => {
  const text = `${minimal}[program:a]\ncommand=a %(ENV_NOWHERE)s --key %(ENV_API_KEY)s\nenvironment=TOKEN="s3cret"\n`;
  const { programs, warnings } = await read(write('supervisord.conf', text));
  const { command, ...rest } = programs[0] ?? { command: '' };
  expect(command).toContain('hunter2');
  expect(JSON.stringify([rest, warnings])).not.toMatch(/hunter2|s3cret/);
  expect(rest).toMatchObject({ environmentNames: ['TOKEN'] });
});
