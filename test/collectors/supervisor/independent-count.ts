/** A naive count of a whole main log in UTC, with the rules of restarts told once more, to hold the exporter's against. */
export interface Count {
  starts: Record<string, number>;
  exits: Record<string, number>;
  gaveUp: number;
  /** Lengths of completed runs in seconds. */
  lengths: number[];
  /** Of them those that ended unasked. */
  unasked: number[];
  lastExitCode?: number;
}

export interface Oddities {
  /** Programs that supervisord leaves alone after an expected exit. */
  readonly notFollowed: readonly string[];
  /** `name index`: that start of the log, counted from 0, came of `update`. */
  readonly updated: readonly string[];
  /** By command. */
  readonly spawnErrors: Readonly<Record<string, string>>;
}

const signals: Readonly<Record<string, number>> = { SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15, SIGABRT: 6 };

export function countWholeLog(log: string, { notFollowed, updated, spawnErrors }: Oddities): Map<string, Count> {
  const counts = new Map<string, Count>();
  const of = (name: string): Count => {
    const count = counts.get(name) ?? {
      starts: { initial: 0, requested: 0, respawn: 0, unknown: 0 },
      exits: { expected: 0, unexpected: 0, signal: 0, spawn_error: 0, stopped: 0, unknown: 0 },
      gaveUp: 0,
      lengths: [],
      unasked: [],
    };
    counts.set(name, count);
    return count;
  };
  const add = (record: Record<string, number>, key: string): void => {
    record[key] = (record[key] ?? 0) + 1;
  };
  const before = new Map<string, string>();
  const running = new Map<string, number>();
  const spawns = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [, day, time, ms, text = ''] = /^(\S+) (\S+),(\d+) \w+ (.*)$/.exec(line) ?? [];
    if (day === undefined) continue;
    const at = Date.parse(`${day}T${time}.${ms}Z`) / 1_000;
    if (text.startsWith('supervisord started')) {
      for (const name of running.keys()) add(of(name).exits, 'unknown');
      running.clear();
      before.clear();
    }
    const [, spawned] = /^spawned: '(.*)' with pid/.exec(text) ?? [];
    if (spawned !== undefined) {
      const index = spawns.get(spawned) ?? 0;
      spawns.set(spawned, index + 1);
      const first = !before.has(spawned) || updated.includes(`${spawned} ${index}`);
      add(of(spawned).starts, first ? 'initial' : (before.get(spawned) ?? ''));
      running.set(spawned, at);
    }
    const [, verb, name = '', how = ''] = /^(exited|stopped): (\S+) \((.*)\)$/.exec(text) ?? [];
    if (verb !== undefined) {
      const count = of(name);
      const expected = how.endsWith('; expected');
      const [, signal] = /terminated by (SIG\w+)/.exec(how) ?? [];
      const asked = verb === 'stopped';
      add(count.exits, asked ? 'stopped' : signal !== undefined ? 'signal' : expected ? 'expected' : 'unexpected');
      before.set(name, asked || (expected && notFollowed.includes(name)) ? 'requested' : 'respawn');
      const length = at - (running.get(name) ?? Number.NaN);
      count.lengths.push(length);
      if (!asked) {
        count.unasked.push(length);
        count.lastExitCode =
          signal === undefined ? Number(/status (\d+)/.exec(how)?.[1]) : 128 + (signals[signal] ?? 0);
      }
      running.delete(name);
    }
    const [, gaveUp] = /^gave up: (\S+) entered/.exec(text) ?? [];
    if (gaveUp !== undefined) {
      of(gaveUp).gaveUp += 1;
      before.set(gaveUp, 'requested');
    }
    const [, command] = /^spawnerr: can't find command '(.*)'/.exec(text) ?? [];
    if (command !== undefined) add(of(spawnErrors[command] ?? command).exits, 'spawn_error');
  }
  return counts;
}
