import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findModule } from '../../../src/sources/command-line/python-module.ts';
import type { FoundModule } from '../../../src/sources/command-line/python-module.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gpunode-python-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(...files: readonly string[]): void {
  for (const file of files) {
    const [name = '', content = ''] = file.split('=', 2);
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode: 0o755 });
  }
}

async function find(module: string, launcher = '/usr/bin/python3', asProgram = false): Promise<FoundModule> {
  const searchPath = [join(folder, 'bin'), '/usr/bin', '/bin'];
  return await findModule({
    module,
    asProgram,
    folders: [folder],
    launcher: { name: launcher, searchPath, workingFolder: folder },
  });
}

describe('a module', () => {
  it('of the node’s own code: file, package, namespace package, compiled', async () => {
    put('src/api/main.py', 'pkg/__init__.py', 'pkg/__main__.py', 'fast.cpython-311-x86_64-linux-gnu.so', 'old.pyc');
    const at = (path: string): FoundModule => ({ path: join(folder, path), present: true, installed: false });
    expect(await find('src.api.main')).toEqual(at('src/api/main.py'));
    expect(await find('pkg')).toEqual(at('pkg/__init__.py'));
    expect(await find('pkg', 'python3', true)).toEqual(at('pkg/__main__.py'));
    expect(await find('fast')).toEqual(at('fast.cpython-311-x86_64-linux-gnu.so'));
    expect(await find('old')).toEqual(at('old.pyc'));
  });

  it('that is gone, with or without the rest of its package', async () => {
    const gone = { path: join(folder, 'src/api/main.py'), present: false, installed: false };
    expect(await find('src.api.main')).toEqual(gone);
    put('src/api/other.py');
    expect(await find('src.api.main')).toEqual(gone);
    // Python 2 and shells are no help in telling what is installed; half of the package is.
    expect(await find('src.api.main', '/bin/sh')).toEqual(gone);
    expect(await find('other.main', '/bin/sh')).toEqual({ path: join(folder, 'other/main.py'), installed: false });
  });

  it('of the standard library and of Debian’s packages, as the interpreter itself finds it', async () => {
    const where = (module: string): string =>
      execFileSync('/usr/bin/python3', ['-c', `import importlib.util as u; print(u.find_spec('${module}').origin)`], {
        encoding: 'utf8',
      }).trim();
    for (const module of ['http.server', 'json', 'supervisor.supervisord']) {
      expect(await find(module)).toEqual({ path: where(module), present: true, installed: true });
    }
    put('bin/tool=#!/usr/bin/env python3\n');
    expect(await find('http.server', 'tool')).toMatchObject({ present: true, installed: true });
  });

  it('in a virtual environment, and by the folders that its .pth files name', async () => {
    put('venv/bin/x', 'venv/pyvenv.cfg=home', 'venv/lib/python3.11/site-packages/inside.py', 'elsewhere/linked.py');
    writeFileSync(join(folder, 'venv/pyvenv.cfg'), 'home = /usr/bin\n');
    writeFileSync(join(folder, 'venv/lib/python3.11/site-packages/x.pth'), `# x\nimport os\n${folder}/elsewhere\n`);
    const real = realpathSync('/usr/bin/python3');
    const version = /\d+\.\d+$/.exec(real)?.[0] ?? '';
    if (version !== '3.11') symlinkSync('python3.11', join(folder, `venv/lib/python${version}`));
    symlinkSync(real, join(folder, 'venv/bin/python'));
    const python = join(folder, 'venv/bin/python');
    expect(await find('inside', python)).toMatchObject({ present: true, installed: true });
    expect(await find('linked', python)).toMatchObject({ path: join(folder, 'elsewhere/linked.py'), present: true });
    expect(await find('nowhere', python)).toMatchObject({ present: false });
    put('venv/lib/python3.11/site-packages/__editable___node_finder.py');
    expect(await find('nowhere', python)).toEqual({ path: join(folder, 'nowhere.py'), installed: false });
  });
});
