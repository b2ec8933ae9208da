import { ownValue } from '../../core/own-value.ts';

/** What is needed of a program to find it by a configured name. */
export interface Member {
  readonly program: string;
  readonly group: string;
}

export interface Targets {
  /** Labels of all expected programs, in the order of the configuration, each once. */
  readonly programs: readonly string[];
  /** What each configured name stood for when supervisord last knew it. */
  readonly members: Readonly<Record<string, readonly string[]>>;
}

/**
 * Expands configured names: a program's label stands for itself, a group's name for its members, `all` for everything. A
 * name that supervisord does not know now stands for what it last did, else for what the configuration file says, else for
 * itself: a target never vanishes because supervisord is down.
 */
export function expandTargets(
  configured: readonly string[],
  known: readonly Member[] | undefined,
  planned: readonly Member[],
  before: Targets['members'],
): Targets {
  const members = new Map<string, readonly string[]>();
  const programs = new Set<string>();
  for (const name of configured) {
    const now = matching(name, known ?? []);
    const found = now.length > 0 ? now : (ownValue(before, name) ?? matching(name, planned));
    if (found.length > 0) members.set(name, found);
    const fallback = name === 'all' ? [] : [name];
    for (const program of found.length > 0 ? found : fallback) programs.add(program);
  }
  return { programs: [...programs], members: Object.fromEntries(members) };
}

function matching(name: string, members: readonly Member[]): string[] {
  const group = name.endsWith(':*') ? name.slice(0, -2) : name;
  return members
    .filter((member) => name === 'all' || member.program === name || member.group === group)
    .map(({ program }) => program);
}
