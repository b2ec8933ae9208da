import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLaunch } from '../../../src/sources/command-line/launch.ts';
import type { CodeReference } from '../../../src/sources/command-line/launch.ts';
import { splitCommand } from '../../../src/sources/command-line/split.ts';

describe('words of a command', () => {
  it.each([
    ['uvicorn src.api.main:app --port 8000', ['uvicorn', 'src.api.main:app', '--port', '8000']],
    [`sh -c "exec 'a b' \\"c\\" \\$x"`, ['sh', '-c', `exec 'a b' "c" \\$x`]],
    [`a'b c'd "" e\\ f`, ['ab cd', '', 'e f']],
    ['  ', []],
  ])('%s', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });

  it.each([`a 'b`, 'a "b', 'a \\'])('%s is refused', (command) => {
    expect(splitCommand(command)).toBeUndefined();
  });

  it('are those that Python finds', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      '"',
      "'",
      '\\',
      ' ',
      '\t',
      '\n',
      '$x',
      '=',
      '-',
      '""',
      "''",
      '\u00e9',
      '#',
    );
    const commands = fc.sample(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      400,
    );
    const script = `import json,shlex,sys
def split(text):
    try: return shlex.split(text)
    except ValueError: return None
print(json.dumps([split(text) for text in json.load(sys.stdin)]))`;
    const theirs: unknown = JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify(commands), encoding: 'utf8' }),
    );
    expect(commands.map((command) => splitCommand(command) ?? null)).toEqual(theirs);
  });
});

const file = (path: string): CodeReference => ({ kind: 'file', path });
const module = (name: string, launcher: string, folders: string[], asProgram = false): CodeReference => ({
  kind: 'module',
  module: name,
  asProgram,
  launcher,
  folder: '/workspace',
  folders,
});

describe('code that a command runs', () => {
  it.each<[string, CodeReference[]]>([
    ['uvicorn src.api.main:app --host 0.0.0.0 --port 8000', [module('src.api.main', 'uvicorn', ['/workspace'])]],
    ['/opt/venv/bin/uvicorn --factory main:create_app', [module('main', '/opt/venv/bin/uvicorn', ['/workspace'])]],
    ['uvicorn --header Server:none --app-dir=src api:app', [module('api', 'uvicorn', ['/workspace/src'])]],
    ['python3 -m uvicorn app:app --app-dir /srv/api', [module('app', 'python3', ['/srv/api'])]],
    [
      'gunicorn -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 a.b:app()',
      [module('a.b', 'gunicorn', ['/workspace'])],
    ],
    ['gunicorn --chdir /srv wsgi:app', [module('wsgi', 'gunicorn', ['/srv'])]],
    ['fastapi run src/api/main.py --port 8000', [file('/workspace/src/api/main.py')]],
    ['python src/backend/worker.py --queue gpu', [file('/workspace/src/backend/worker.py')]],
    ['/usr/bin/python3.11 -uB -W ignore -X dev /srv/w.py', [file('/srv/w.py')]],
    ['python -um src.worker', [module('src.worker', 'python', ['/workspace'], true)]],
    ['python -Wignore -mvllm.entrypoints.api', [module('vllm.entrypoints.api', 'python', ['/workspace'], true)]],
    ['python -c "import x"', []],
    ['python -', []],
    ['/workspace/scripts/start-llama.sh', []],
    ['bash -e scripts/start-llama.sh -c 4096', [file('/workspace/scripts/start-llama.sh')]],
    ['bash -o pipefail /start.sh', [file('/start.sh')]],
    ['sh -c "exec uvicorn a:app"', [module('a', 'uvicorn', ['/workspace'])]],
    ['bash -lc "cd /srv && . venv/bin/activate && python w.py"', [file('/srv/venv/bin/activate'), file('/srv/w.py')]],
    ['bash -c "cd $HOME/x && python w.py"', []],
    ['env -u X A=b nice -n 5 python w.py', [file('/workspace/w.py')]],
    ['timeout -k 5 1h tini -- python w.py', [file('/workspace/w.py')]],
    ['poetry run uvicorn a.b:app', [module('a.b', 'uvicorn', ['/workspace'])]],
    ['gpunode-exporter gate --model /m.gguf -- /start.sh', []],
    ['node dist/server.js', [file('/workspace/dist/server.js')]],
    ['/app/llama-server -m /models/x.gguf --host a:b', []],
  ])('%s', (command, code) => {
    expect(readLaunch(splitCommand(command) ?? [], '/workspace').code).toEqual(code);
  });

  it('is not guessed where the folder is not known', () => {
    expect(readLaunch(['python', 'w.py'], undefined).code).toEqual([]);
    expect(readLaunch(['python', '/srv/w.py'], undefined).code).toEqual([file('/srv/w.py')]);
    expect(readLaunch(['uvicorn', 'a:app'], undefined).code).toMatchObject([{ folders: [undefined] }]);
  });

  it('names what is executed, wrappers and what they wrap', () => {
    expect(readLaunch(['nice', '-n', '5', '/app/llama-server', '-m', 'x'], '/').executables).toEqual([
      'nice',
      '/app/llama-server',
    ]);
    expect(readLaunch(['gpunode-exporter', 'gate', '--model', 'x', '--', '/s.sh'], '/').executables).toEqual([
      'gpunode-exporter',
      '/s.sh',
    ]);
  });

  it('never fails, whatever the words', () => {
    const word = fc.constantFrom(
      'python',
      '-m',
      'sh',
      '-c',
      'sh -c "sh -c x"',
      'env',
      '-',
      '--',
      'exec',
      '',
      'a:b',
      undefined,
      '-W',
      'gate',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        expect(readLaunch(words, '/').executables.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
