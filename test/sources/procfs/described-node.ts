/** Ownership in a node that a test describes. */
import type { Environment } from '../../../src/sources/procfs/environment.ts';
import type { Incarnation } from '../../../src/sources/procfs/living-programs.ts';
import { resolveOwnership } from '../../../src/sources/procfs/ownership.ts';
import type { Ownership } from '../../../src/sources/procfs/ownership.ts';
import type { ProcessStat } from '../../../src/sources/procfs/types.ts';
import { processStat } from './fixture.ts';
import { snapshotOf } from './snapshot.ts';

const supervisord = processStat({ pid: 50, comm: 'supervisord' });

export interface Node {
  pids: Record<string, number>;
  processes: Partial<ProcessStat>[];
  environments?: Record<number, Environment>;
  incarnations?: Record<number, Incarnation>;
  supervisordVisible?: boolean;
  supervisordPid?: number;
}

export function resolve(node: Node): Ownership {
  const pid = node.supervisordPid ?? supervisord.pid;
  const all = [processStat({ ...supervisord, pid, pgid: pid }), ...node.processes.map(processStat)];
  return resolveOwnership({
    snapshot: snapshotOf(pid, node.pids),
    processes: new Map(all.map((each) => [each.pid, each])),
    environments: new Map(Object.entries(node.environments ?? {}).map(([key, each]) => [Number(key), each])),
    incarnations: new Map(Object.entries(node.incarnations ?? {}).map(([key, each]) => [Number(key), each])),
    supervisordVisible: node.supervisordVisible ?? true,
  });
}

/** The environment that supervisord gives a program. */
export function named(program: string, url = 'unix:///run/supervisor.sock'): Environment {
  const [group = '', name = group] = program.split(':');
  return { SUPERVISOR_PROCESS_NAME: name, SUPERVISOR_GROUP_NAME: group, SUPERVISOR_SERVER_URL: url };
}
