/** An independent, naive count of supervisord's log, to hold the exporter's against. UTC; names must be unique. */

export interface LogCount {
  starts: number;
  exits: Record<string, number>;
  /** Lengths of completed runs, in seconds. */
  runSeconds: number[];
}

export function countLog(text: string): Map<string, LogCount> {
  const counts = new Map<string, LogCount>();
  const startedMs = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) \w+ (.*)$/.exec(line);
    if (!match) continue;
    const atMs = Date.parse(`${match[1]}T${match[2]}.${match[3]}Z`);
    const message = match[4] ?? '';
    const spawned = /^spawned: '(\S+)' with pid/.exec(message)?.[1];
    if (spawned !== undefined) {
      countOf(counts, spawned).starts += 1;
      startedMs.set(spawned, atMs);
    }
    const ended = /^(exited|stopped): (\S+) \((.*)\)$/.exec(message);
    const name = ended?.[2];
    if (ended === null || name === undefined) continue;
    const count = countOf(counts, name);
    const cause = causeOf(ended[1] ?? '', ended[3] ?? '');
    count.exits[cause] = (count.exits[cause] ?? 0) + 1;
    const since = startedMs.get(name);
    if (since !== undefined) count.runSeconds.push((atMs - since) / 1000);
    startedMs.delete(name);
  }
  return counts;
}

function countOf(counts: Map<string, LogCount>, name: string): LogCount {
  const exits = { expected: 0, unexpected: 0, signal: 0, stopped: 0, unknown: 0 };
  const count = counts.get(name) ?? { starts: 0, exits, runSeconds: [] };
  counts.set(name, count);
  return count;
}

function causeOf(verb: string, how: string): string {
  if (verb === 'stopped') return 'stopped';
  if (how.startsWith('terminated by')) return 'signal';
  return how.endsWith('; expected') ? 'expected' : 'unexpected';
}
