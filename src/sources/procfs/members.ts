import type { ProgramStatus, SupervisordSnapshot } from '../supervisord/types.ts';

/** The programs that a configured name stands for now: itself, the members of a group (`gpu` or `gpu:*`), or `all`. */
export function membersOf(name: string, snapshot: SupervisordSnapshot): ProgramStatus[] {
  const group = name.endsWith(':*') ? name.slice(0, -2) : name;
  return snapshot.programs.filter((each) => name === 'all' || each.program === name || each.group === group);
}
