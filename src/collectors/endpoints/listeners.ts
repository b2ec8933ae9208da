import type { Host } from '../../core/host.ts';
import { errorMessage } from '../../core/errors.ts';
import { localTarget, ownAddresses } from '../../sources/http-probe/local-address.ts';
import type { LocalTarget } from '../../sources/http-probe/local-address.ts';
import { readListeners } from '../../sources/procfs/listeners.ts';
import { membersOf } from '../../sources/procfs/members.ts';
import type { ListeningSocket } from '../../sources/procfs/net-tcp.ts';
import type { LookOptions, Owner, OwnerService, ProcessLook } from '../../sources/procfs/types.ts';
import type { EndpointTarget } from './config.ts';
import type { Listeners, ListenerProcess } from './facts.ts';
import { createHolderSearch } from './holder-search.ts';

export interface ListenerWatch {
  /** Who listens on the port of each target, by target name; nothing for other hosts' ports. Never rejects. */
  look(options: LookOptions): Promise<ReadonlyMap<string, Listeners>>;
}

interface Watched {
  readonly target: EndpointTarget;
  readonly local: LocalTarget;
}

/** Tells whether the sockets on the targets' ports are their programs' own. */
export function createListenerWatch(
  host: Host,
  owners: OwnerService,
  targets: readonly EndpointTarget[],
): ListenerWatch {
  const search = createHolderSearch(host);
  const complain = createComplaint(host);

  async function lookAt(watched: readonly Watched[], options: LookOptions): Promise<Map<string, Listeners>> {
    const ports = [...new Set(watched.map(({ local }) => local.port))];
    const sockets = await host.files.call(readListeners, '/proc', { ports }, options);
    const found = new Map<string, ListeningSocket[]>();
    for (const { target, local } of watched) {
      const own = sockets.filter((each) => each.port === local.port && local.accepts(each.address));
      found.set(target.name, own);
    }
    const all = [...found.values()].flat();
    const look = all.length === 0 ? undefined : await owners.look(options).catch(() => undefined);
    const programs = new Set(watched.map(({ target }) => target.program));
    const pids =
      look === undefined ? new Map<string, number>() : await search.holders(all, look, programs, options).catch(noPids);
    return new Map(watched.map(({ target }) => [target.name, count(target, found.get(target.name) ?? [], pids, look)]));
  }

  return {
    async look(options) {
      // Addresses come and go: which targets are local is asked every time.
      const own = ownAddresses();
      const watched = targets.flatMap((target) => {
        const local = target.program === '' ? undefined : localTarget(target.url, own);
        return local === undefined ? [] : [{ target, local }];
      });
      if (watched.length === 0) return new Map();
      try {
        const found = await lookAt(watched, options);
        complain(undefined);
        return found;
      } catch (error) {
        complain(errorMessage(error));
        return new Map();
      }
    },
  };
}

function noPids(): Map<string, number> {
  return new Map();
}

function count(
  { program }: EndpointTarget,
  sockets: readonly ListeningSocket[],
  pids: ReadonlyMap<string, number>,
  look: ProcessLook | undefined,
): Listeners {
  const counts = { program: 0, other: 0, unknown: 0 };
  const strangers: ListenerProcess[] = [];
  for (const { inode } of sockets) {
    const pid = pids.get(inode);
    const owner: Owner = pid === undefined || look === undefined ? { kind: 'unknown' } : look.ownerOf(pid);
    const relation = look === undefined ? 'unknown' : relationOf(owner, program, look);
    counts[relation] += 1;
    if (relation === 'other' && pid !== undefined) {
      strangers.push({ pid, comm: look?.processes.get(pid)?.comm ?? '', owner });
    }
  }
  return { ...counts, strangers };
}

// Nobody is a stranger to a program that supervisord does not know, or whose processes cannot be seen from here.
function relationOf(owner: Owner, program: string, { snapshot, unseen }: ProcessLook): 'program' | 'other' | 'unknown' {
  const members = membersOf(program, snapshot);
  if (owner.kind === 'program' && members.some((each) => each.program === owner.program)) return 'program';
  if (owner.kind === 'unknown' || members.length === 0) return 'unknown';
  return members.some((each) => unseen.has(each.program)) ? 'unknown' : 'other';
}

function createComplaint(host: Host): (problem: string | undefined) => void {
  let failing = false;
  return (problem) => {
    if (problem !== undefined && !failing) host.log.warn('listening sockets cannot be told', { error: problem });
    failing = problem !== undefined;
  };
}
