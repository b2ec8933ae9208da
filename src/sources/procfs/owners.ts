import { SourceError } from '../../core/contract.ts';
import type { Host } from '../../core/host.ts';
import { timeoutSignal } from '../../core/timeout-signal.ts';
import type { SupervisordService, SupervisordSnapshot } from '../supervisord/types.ts';
import { readCommandLines } from './command-line.ts';
import { createEnvironmentCache } from './environment-cache.ts';
import { isSupervisord } from './living-programs.ts';
import type { Incarnation } from './living-programs.ts';
import { resolveOwnership } from './ownership.ts';
import type { Ownership } from './ownership.ts';
import { readProcesses } from './processes.ts';
import type { LookOptions, Owner, OwnerService, ProcessLook, ProcessStat } from './types.ts';

// Several collectors ask in the same moment; what they get may be that old.
const maxAgeMs = 1_000;

/**
 * The pid → program service over /proc and supervisord. It remembers the process groups of programs that it has seen,
 * so that an orphan is told even where its environment may not be read. `procRoot` is for tests.
 */
export function createOwnerService(host: Host, supervisord: SupervisordService, procRoot = '/proc'): OwnerService {
  const environments = createEnvironmentCache(host.files, procRoot);
  let incarnations: ReadonlyMap<number, Incarnation> = new Map();
  let newest: { readonly atMs: number; readonly look: ProcessLook } | undefined;
  let running: Promise<ProcessLook> | undefined;

  async function look({ timeoutMs, signal }: LookOptions): Promise<ProcessLook> {
    if (newest !== undefined && host.clock.monotonicMs() - newest.atMs < maxAgeMs) return newest.look;
    running ??= takeLook(timeoutMs).finally(() => (running = undefined));
    return await abortable(running, signal);
  }

  // Not the first caller's signal: others may have joined.
  async function takeLook(timeoutMs: number): Promise<ProcessLook> {
    const signal = timeoutSignal(timeoutMs);
    let result = await resolve(maxAgeMs, { timeoutMs, signal });
    if (result.ownership.torn) result = await resolve(0, { timeoutMs, signal });
    incarnations = remember(incarnations, result.ownership.living, result.processes);
    const { snapshot, processes, ownership } = result;
    const taken: ProcessLook = { snapshot, processes, unseen: ownership.unseen, ownerOf: ownership.ownerOf };
    newest = { atMs: host.clock.monotonicMs(), look: taken };
    return taken;
  }

  async function resolve(
    snapshotAgeMs: number,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<{ snapshot: SupervisordSnapshot; processes: Map<number, ProcessStat>; ownership: Ownership }> {
    const snapshot = await supervisord.snapshot({ maxAgeMs: snapshotAgeMs, signal: options.signal });
    const table = await host.files.call(readProcesses, procRoot, null, options);
    const processes = new Map(table.processes.map((each) => [each.pid, each]));
    const ownership = resolveOwnership({
      snapshot,
      processes,
      environments: await environments.read(processes, snapshot, options),
      incarnations,
      supervisordVisible: await isVisible(processes.get(snapshot.pid), options),
    });
    return { snapshot, processes, ownership };
  }

  // In another pid namespace supervisord's pid is nobody's or, as likely, somebody else's.
  async function isVisible(
    process: ProcessStat | undefined,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    if (process === undefined) return false;
    if (isSupervisord(process)) return true;
    const { pid } = process;
    const found = (await host.files.call(readCommandLines, procRoot, { pids: [pid] }, options))[pid];
    return found !== undefined && 'argv' in found && found.argv.some((each) => each.includes('supervisor'));
  }

  return {
    look,
    async owners(pids: readonly number[], options: LookOptions): Promise<Map<number, Owner>> {
      const taken = await look(options);
      return new Map(pids.map((pid) => [pid, taken.ownerOf(pid)]));
    },
  };
}

/** Adds the living and forgets the groups that have no members left: their numbers may be given to others. */
function remember(
  earlier: ReadonlyMap<number, Incarnation>,
  living: ReadonlyMap<number, Incarnation>,
  processes: ReadonlyMap<number, ProcessStat>,
): ReadonlyMap<number, Incarnation> {
  const groups = new Set([...processes.values()].map((each) => each.pgid));
  const kept = [...earlier].filter(([group, { startTicks }]) => {
    const leader = processes.get(group);
    return groups.has(group) && (leader === undefined || leader.startTicks === startTicks);
  });
  return new Map([...kept, ...living]);
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new SourceError('timeout', 'the look at /proc took too long'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return await Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
