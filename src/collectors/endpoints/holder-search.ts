import type { Host } from '../../core/host.ts';
import { membersOf } from '../../sources/procfs/members.ts';
import type { ListeningSocket } from '../../sources/procfs/net-tcp.ts';
import { findSocketHolders } from '../../sources/procfs/socket-holders.ts';
import type { SocketHolder } from '../../sources/procfs/socket-holders.ts';
import type { LookOptions, ProcessLook } from '../../sources/procfs/types.ts';

export interface HolderSearch {
  /** A pid that holds each socket, by inode: one of the programs' if any of theirs does. Not all can be found. */
  holders(
    sockets: readonly ListeningSocket[],
    look: ProcessLook,
    programs: ReadonlySet<string>,
    options: LookOptions,
  ): Promise<Map<string, number>>;
}

interface Missed {
  readonly times: number;
  readonly untilMs: number;
}

// Descriptors of all processes of a node are many thousands: a socket that was not found among them a few times (its
// holder is another user's, or the kernel) is looked for there only now and then.
const patience = 3;
const againMs = 60_000;

/** Finds who holds listening sockets, remembering earlier answers. */
export function createHolderSearch(host: Host): HolderSearch {
  let known: readonly SocketHolder[] = [];
  let missed = new Map<string, Missed>();

  return {
    async holders(sockets, look, programs, options) {
      const inodes = [...new Set(sockets.map((each) => each.inode))];
      const now = host.clock.monotonicMs();
      const own = pidsOf(look, programs);
      const wide = inodes.some((inode) => {
        const before = missed.get(inode);
        return before === undefined || before.times < patience || before.untilMs <= now;
      });
      const others = wide ? [...look.processes.keys()].filter((pid) => !own.has(pid)) : [];
      // The programs' processes first: a socket that a supervisor of whatever kind holds too is still theirs.
      const args = { inodes, pids: [...own, ...others], known };
      known = await host.files.call(findSocketHolders, '/proc', args, options);
      const found = new Set(known.map((each) => each.inode));
      const next = inodes.filter((inode) => !found.has(inode)).map((inode) => [inode, missedAgain(inode)] as const);
      missed = new Map(next);
      return new Map(known.map(({ inode, pid }) => [inode, pid]));

      function missedAgain(inode: string): Missed {
        const before = missed.get(inode);
        if (before !== undefined && !wide) return before;
        return { times: (before?.times ?? 0) + 1, untilMs: now + againMs };
      }
    },
  };
}

function pidsOf({ processes, snapshot, ownerOf }: ProcessLook, names: ReadonlySet<string>): Set<number> {
  const members = [...names].flatMap((name) => membersOf(name, snapshot));
  const programs = new Set(members.map((each) => each.program));
  const own = new Set<number>();
  for (const pid of processes.keys()) {
    const owner = ownerOf(pid);
    if (owner.kind === 'program' && programs.has(owner.program)) own.add(pid);
  }
  return own;
}
