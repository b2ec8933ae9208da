import type { Collector, CollectorContext, Outcome, TimedEvent } from '../../core/contract.ts';
import { SourceError } from '../../core/contract.ts';
import { toSourceError } from '../../core/errors.ts';
import { untilAborted } from '../../core/until-aborted.ts';
import { effectiveMemory } from '../../sources/cgroup/limits.ts';
import { readCgroups } from '../../sources/cgroup/operations.ts';
import type { CgroupReport } from '../../sources/cgroup/operations.ts';
import type { Sources } from '../../sources/index.ts';
import { readKernelCounts } from '../../sources/machine/boot.ts';
import { readMachineMemory } from '../../sources/machine/memory.ts';
import type { HostConfig } from './config.ts';
import type { HostFacts } from './facts.ts';
import { createFilesystemWatch } from './filesystem-watch.ts';
import { observeFilesystems } from './filesystems.ts';
import { countOomKills, restoreOomState } from './oom-kills.ts';
import type { OomState } from './oom-kills.ts';
import { findProgramProcesses, noProcesses } from './programs.ts';
import type { ProgramProcesses } from './programs.ts';
import { filesystemSamples, memorySamples, oomSamples } from './samples.ts';

/** Shares of a round's time: whom to ask about, asking, and looking the answers up. */
const shares = { programs: 0.3, reads: 0.4, tables: 0.2 };

/** `root` is where /proc and /sys lie; / but in tests. */
export function createHostCollector(
  config: HostConfig,
  { host, sources, restored }: CollectorContext<Sources>,
  root = '/',
): Collector<HostFacts> {
  const procRoot = root === '/' ? '/proc' : `${root}/proc`;
  const watch = createFilesystemWatch(host.log);
  let oom: OomState = restoreOomState(restored);
  let lastProcesses: ProgramProcesses = noProcesses;

  async function collect(signal: AbortSignal): Promise<Outcome<HostFacts>> {
    const found = findProgramProcesses(sources, config.timeout * shares.programs, signal);
    // A silent supervisord is still where it was; what its programs were is not known any more.
    const without = { ...noProcesses, supervisordPid: lastProcesses.supervisordPid };
    const processes = await untilAborted(found, signal, 'processes').catch(() => without);
    lastProcesses = processes;
    const options = { timeoutMs: config.timeout * shares.reads, signal };
    const cgroupRequest = {
      limitsOf: processes.supervisordPid,
      pids: [...processes.programOf.keys()],
      watched: Object.keys(oom.cgroup?.seen ?? {}),
      root,
    };
    const reads = Promise.all([
      orError(host.files.call(readMachineMemory, `${procRoot}/meminfo`, null, options)),
      orError(host.files.call(readCgroups, procRoot, cgroupRequest, options)),
      orError(host.files.call(readKernelCounts, procRoot, null, options)),
      observeFilesystems(config.filesystems, {
        files: host.files,
        procRoot,
        supervisordPid: processes.supervisordPid,
        signal,
        timeoutMs: options.timeoutMs,
        tableTimeoutMs: config.timeout * shares.tables,
      }),
    ]);
    const [machine, cgroups, kernel, filesystems] = await untilAborted(reads, signal, 'memory and file systems');
    if (machine instanceof SourceError && filesystems.every(({ problem }) => problem !== undefined)) throw machine;
    // Without the cgroup's own answer the machine's figures could be far too high.
    const memory =
      machine instanceof SourceError || cgroups instanceof SourceError
        ? undefined
        : effectiveMemory(machine, cgroups.levels);
    const atMs = host.clock.now();
    const counted = countOomKills(oom, {
      atMs,
      ...(kernel instanceof SourceError ? {} : { kernel }),
      ...(cgroups instanceof SourceError ? {} : { cgroups: cgroups.oomKills }),
      subjectOf: (directory) => (cgroups instanceof SourceError ? 'node' : ownerOf(directory, cgroups, processes)),
    });
    oom = counted.state;
    const events: TimedEvent[] = [...counted.events, ...watch.compare(filesystems, atMs)];
    return {
      ok: true,
      samples: [
        ...memorySamples(memory),
        ...filesystems.flatMap((each) => filesystemSamples(each)),
        ...oomSamples(oom),
      ],
      facts: {
        ...(memory === undefined ? {} : { memory }),
        filesystems,
        oomKills: {
          ...(oom.host === undefined ? {} : { host: oom.host.total }),
          ...(oom.cgroup === undefined ? {} : { cgroup: oom.cgroup.total }),
        },
      },
      health: [],
      saved: { data: oom, changed: counted.changed },
      events,
    };
  }

  return { collect };
}

async function orError<T>(promise: Promise<T>): Promise<T | SourceError> {
  return await promise.catch((error: unknown) => toSourceError(error, 'reading'));
}

/** The program that alone lives in a cgroup, else the node. */
function ownerOf(directory: string, { directories }: CgroupReport, { programOf }: ProgramProcesses): string {
  const inside = [...programOf].filter(([pid]) => directories[pid] === directory);
  const [program, ...others] = new Set(inside.map(([, name]) => name));
  return program === undefined || others.length > 0 ? 'node' : program;
}
