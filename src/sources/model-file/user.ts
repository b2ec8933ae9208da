import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOperation } from '../../core/host.ts';
import type { ProgramUser } from './types.ts';

/** A user by name or number, with all its groups, from `passwd` and `group` below the path (`/etc`); null if unknown. */
export const findUser: FileOperation<{ readonly name: string }, ProgramUser | null> = {
  name: 'model_file.user',
  async run(path, { name }) {
    const [passwd, group] = await Promise.all([
      readFile(join(path, 'passwd'), 'utf8'),
      readFile(join(path, 'group'), 'utf8').catch(() => ''),
    ]);
    // passwd(5): name:password:uid:gid:…; group(5): name:password:gid:members
    const fields = rows(passwd).find(([login, , uid]) => login === name || uid === name);
    if (fields === undefined) return null;
    const [login = '', , uid, gid] = fields;
    const supplementary = rows(group).filter(([, , , members = '']) => members.split(',').includes(login));
    return { uid: Number(uid), gids: [Number(gid), ...supplementary.map(([, , id]) => Number(id))] };
  },
};

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.split(':'));
}
