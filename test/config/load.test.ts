import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';

function problemsOf(text: string): string {
  try {
    parseConfig(text, 'node.yml');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('configuration', () => {
  it('needs no file', () => {
    expect(loadConfig(undefined)).toMatchObject({
      state_dir: '/var/lib/gpunode-exporter',
      programs: ['fastapi', 'worker-gpu', 'llama'],
      supervisor: { interval: 5_000, timeout: 2_000, config_file: '/etc/supervisor/supervisord.conf' },
    });
  });

  it('takes an empty file, an empty section and `none` for the state', () => {
    expect(parseConfig('', 'node.yml')).toEqual(loadConfig(undefined));
    expect(parseConfig('supervisor: {}\n', 'node.yml')).toEqual(loadConfig(undefined));
    expect(parseConfig('supervisor:\n  # interval: 5s\ngpu:\nchecklist:\n', 'node.yml')).toEqual(loadConfig(undefined));
    expect(parseConfig('state_dir: none\n', 'node.yml').state_dir).toBeUndefined();
  });

  it('takes all programs as a word and as a list', () => {
    for (const all of ['all', '[all]', '"all"']) {
      expect(parseConfig(`programs: ${all}\n`, 'node.yml').programs).toEqual(['all']);
    }
  });

  it('prints what it can read again', () => {
    const config = parseConfig('supervisor: { interval: 90s }\nprograms: [llama]\n', 'node.yml');
    const printed = printConfig(config);
    expect(printed).toContain('interval: 1m30s');
    expect(printed).toMatch(/^state_dir: \/var\/lib\/gpunode-exporter\nprograms:\n/);
    expect(parseConfig(printed, 'printed.yml')).toEqual(config);
  });

  it.each([
    ['programs: fastapi\n', 'node.yml:1: programs: found "fastapi", expected a list'],
    ['programs: []\n', 'node.yml:1: programs: found "a list", expected at least 1 entries'],
    ['programs:\n  - a\n  - a\n', 'node.yml:3: programs[1]: found "a", expected each name once, a is listed again'],
    ['programs:\n', 'node.yml:1: programs: found null, expected a list'],
    [
      '\n\nsupervisor:\n  intervall: 5s\n',
      'node.yml:4: supervisor.intervall: unknown key, expected one of interval, timeout, config_file, server_url, username, password_file, main_log',
    ],
    [
      'endpoints: { targets: [{ name: a, uri: "http://a/" }] }\n',
      'node.yml:1: endpoints.targets[0].url: found nothing, expected a text\n' +
        'node.yml:1: endpoints.targets[0].uri: unknown key, expected one of name, url, program, status, json, kind, ' +
        'slow, loading_budget, ca_file, bearer_token_file, username, password_file, follow_redirects',
    ],
    [
      'supervisor: { interval: 5 }\n',
      'node.yml:1: supervisor.interval: found 5, expected a duration such as 500ms, 5s, 10m or 1h30m',
    ],
    [
      'models: { stable_for: 0s }\n',
      'node.yml:1: models.stable_for: found "0s", expected a duration above zero, such as 500ms, 5s, 10m or 1h30m',
    ],
    ['gpu: { command: nvidia-smi }\n', 'node.yml:1: gpu.command: found "nvidia-smi", expected a list'],
    [
      'endpoints: { targets: [{ name: a, url: "http://a/", program: a, status: [200.5] }] }\n',
      'node.yml:1: endpoints.targets[0].status[0]: found 200.5, expected a whole number',
    ],
    ['programs: [a]\n---\nprograms: [b]\n', 'node.yml:2:1: found a second document, expected one'],
    ['supervisor: 5\n', 'node.yml:1: supervisor: found 5, expected a mapping'],
    ['- a\n', 'node.yml:1: configuration: found "a list", expected a mapping'],
    ['a: 1\na: 2\n', 'node.yml:2:1: Map keys must be unique'],
    ['a: "x\n', 'node.yml:2:1: Missing closing "quote'],
  ])('%j: %s', (text, problem) => {
    expect(problemsOf(text)).toBe(problem);
  });

  it('names all problems at once, in the order of the file', () => {
    expect(problemsOf('state_dir: 3\nprogramms: [a]\nsupervisor:\n  interval: soon\n').split('\n')).toEqual([
      'node.yml:1: state_dir: found 3, expected a text',
      expect.stringMatching(/^node\.yml:2: programms: unknown key, expected one of state_dir, programs, supervisor, /),
      'node.yml:4: supervisor.interval: found "soon", expected a duration such as 500ms, 5s, 10m or 1h30m',
    ]);
  });

  it.each([
    'supervisor:\n  password: hunter2\n  username: [hunter2]\n',
    'supervisor: { password_file: hunter2 }\n',
    'supervisor: { server_url: "tcp://user:hunter2@node:9001" }\n',
    'supervisor: { server_url: "http://user:hunter2/x@node:9001" }\n',
    'endpoints: { targets: [{ name: a, url: "http://user:hunter2@node/health" }] }\n',
    'endpoints: { targets: [{ name: a, url: "user:hunter2@node/health" }] }\n',
    'endpoints: { targets: [{ name: a, url: "node/health?token=hunter2" }] }\n',
  ])('never repeats a secret: %j', (text) => {
    expect(problemsOf(text)).toMatch(/^node\.yml:\d: /);
    expect(problemsOf(text)).not.toContain('hunter2');
  });

  it('masks the credentials of an address that it prints', () => {
    const printed = printConfig(
      parseConfig('supervisor: { server_url: "http://user:hunter2@x@node:9001" }\n', 'node.yml'),
    );
    expect(printed).toContain('server_url: http://<secret>@node:9001\n');
    const target = '{ name: a, url: "http://node/health?x=1&api_key=hunter2#y" }';
    const withKey = printConfig(parseConfig(`endpoints: { targets: [${target}] }\n`, 'node.yml'));
    expect(withKey).toContain('url: http://node/health?x=1&api_key=<secret>#y\n');
  });

  it('does not read without end', () => {
    expect(() => loadConfig('/dev/zero')).toThrow('/dev/zero: cannot be read: expected at most 1048576 bytes');
  });

  it('says that a file cannot be read', () => {
    expect(() => loadConfig('/no/such.yml')).toThrow('/no/such.yml: cannot be read: ENOENT');
  });

  it('refuses a bomb of aliases', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const lines = names.map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(`*${names[index - 1]}`)
          .join(',')}]`,
    );
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...lines.slice(1), ''].join('\n');
    expect(problemsOf(bomb)).toMatch(/^node\.yml: Excessive alias count/);
  });
});
