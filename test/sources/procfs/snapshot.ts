/** supervisord's answers for tests that need one. */
import type { ProgramStatus, SupervisordService, SupervisordSnapshot } from '../../../src/sources/supervisord/types.ts';

export function programStatus(overrides: Partial<ProgramStatus> & { program: string }): ProgramStatus {
  const [group = '', name = group] = overrides.program.split(':');
  const pid = overrides.pid ?? 0;
  return {
    name,
    group,
    state: pid > 0 ? 20 : 0,
    startSeconds: 0,
    stopSeconds: 0,
    nowSeconds: 0,
    pid,
    spawnError: '',
    exitStatus: 0,
    stdoutLog: '',
    stderrLog: '',
    ...overrides,
  };
}

/** A snapshot with these programs' pids; 0 for one without a process. */
export function snapshotOf(supervisordPid: number, pids: Readonly<Record<string, number>>): SupervisordSnapshot {
  return {
    atMs: 0,
    state: { code: 1, name: 'RUNNING' },
    pid: supervisordPid,
    version: '4.2.5',
    identification: 'supervisor',
    programs: Object.entries(pids).map(([program, pid]) => programStatus({ program, pid })),
  };
}

/** A supervisord whose answer each look takes from `current`. */
export function supervisordOf(current: () => SupervisordSnapshot | Promise<SupervisordSnapshot>): SupervisordService {
  return {
    snapshot: async () => await current(),
    config: () => Promise.reject(new Error('not asked for here')),
  };
}
