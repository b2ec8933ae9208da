import type { ProgramStatus } from '../../sources/supervisord/types.ts';

/** Process name to program label; null where two groups have a process of that name and the log cannot tell them apart. */
export type Names = ReadonlyMap<string, string | null>;

export function namesOf(programs: readonly Pick<ProgramStatus, 'name' | 'program'>[]): Names {
  const names = new Map<string, string | null>();
  for (const { name, program } of programs) {
    names.set(name, names.has(name) && names.get(name) !== program ? null : program);
  }
  return names;
}

const maxNames = 2_000;

/** The newer wins; names that it does not have stay, for lines about programs that are gone by now. */
export function mergeNames(older: Names, newer: Names): Names {
  const kept = [...older].filter(([name]) => !newer.has(name)).slice(-Math.max(0, maxNames - newer.size));
  return new Map([...kept, ...newer]);
}
