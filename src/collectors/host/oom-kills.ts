import { z } from 'zod';
import type { SavedState, TimedEvent } from '../../core/contract.ts';
import type { CgroupOomKills } from '../../sources/cgroup/oom-kills.ts';
import { maxWatched } from '../../sources/cgroup/operations.ts';
import type { KernelCounts } from '../../sources/machine/boot.ts';
import { contains } from '../../sources/mounts/find-mount.ts';

const countSchema = z.number().int().nonnegative();

const stateSchema = z.object({
  /** When this was last up to date. */
  seenAtMs: z.number(),
  host: z.object({ total: countSchema, bootId: z.string(), kills: countSchema }).exactOptional(),
  cgroup: z
    .object({
      total: countSchema,
      /** By directory; the kernel's count belongs to one life of a cgroup, which its identity tells. */
      seen: z.record(z.string(), z.object({ identity: z.string(), kills: countSchema })),
    })
    .exactOptional(),
});

/** The kernel's counts as they were last seen, and what we have counted from them. */
export type OomState = z.output<typeof stateSchema>;

export interface OomLook {
  readonly atMs: number;
  /** Absent: not read in this round. */
  readonly kernel?: KernelCounts;
  readonly cgroups?: readonly CgroupOomKills[];
  /** Whom kills in a cgroup are of: a program if it is that program's alone, else the node. */
  readonly subjectOf: (directory: string) => string;
}

export interface OomRound {
  readonly state: OomState;
  readonly events: readonly TimedEvent[];
  readonly changed: SavedState['changed'];
}

// A boot must be told from a move to another machine: by the time it happened, which needs a fresh `seenAtMs`.
const refreshMs = 10 * 60_000;

export function restoreOomState(restored: unknown): OomState {
  const parsed = stateSchema.safeParse(restored);
  return parsed.success ? parsed.data : { seenAtMs: 0 };
}

/**
 * Counts kills from one look to the next. What happened before the first look is not counted; what happened while nobody
 * looked is, as long as the kernel still tells.
 */
export function countOomKills(before: OomState, look: OomLook): OomRound {
  const host = countHost(before, look);
  const cgroup = countCgroups(before, look);
  const counted = host.events.length + cgroup.events.length > 0;
  const moved = host.state?.bootId !== before.host?.bootId || cgroup.moved;
  const old = look.atMs - before.seenAtMs >= refreshMs;
  const changed = counted ? 'counters' : moved || old ? 'positions' : 'none';
  return {
    state: {
      seenAtMs: changed === 'none' ? before.seenAtMs : look.atMs,
      ...(host.state === undefined ? {} : { host: host.state }),
      ...(cgroup.state === undefined ? {} : { cgroup: cgroup.state }),
    },
    events: [...host.events, ...cgroup.events],
    changed,
  };
}

function countHost(
  { host, seenAtMs }: OomState,
  { kernel, atMs }: OomLook,
): { state: OomState['host']; events: TimedEvent[] } {
  if (kernel?.oomKills === undefined) return { state: host, events: [] };
  const { bootId, oomKills: kills, bootedAtMs } = kernel;
  const fresh = newKills(host, kills, host?.bootId === bootId, bootedAtMs > seenAtMs);
  const state = { total: (host?.total ?? 0) + fresh, bootId, kills };
  const id = `oom host ${bootId} ${kills}`;
  return { state, events: fresh > 0 ? [{ id, atMs, kind: 'oom', subject: 'host', value: fresh }] : [] };
}

function countCgroups(
  { cgroup }: OomState,
  { cgroups, atMs, subjectOf }: OomLook,
): { state: OomState['cgroup']; events: TimedEvent[]; moved: boolean } {
  if (cgroups === undefined || (cgroups.length === 0 && cgroup === undefined)) {
    return { state: cgroup, events: [], moved: false };
  }
  let total = cgroup?.total ?? 0;
  const seen: Record<string, { identity: string; kills: number }> = {};
  const events: TimedEvent[] = [];
  for (const { directory, identity, kills } of cgroups) {
    const last = cgroup?.seen[directory];
    const fresh = newKills(last, kills, last?.identity === identity, true);
    total += fresh;
    seen[directory] = { identity, kills };
    const id = `oom ${directory} ${identity} ${kills}`;
    if (fresh > 0)
      events.push({ id, atMs, kind: 'oom', subject: subjectOf(directory), detail: directory, value: fresh });
  }
  const all = { ...seen, ...unanswered(cgroup?.seen ?? {}, Object.keys(seen)) };
  return { state: { total, seen: all }, events, moved: livesOf(all) !== livesOf(cgroup?.seen) };
}

type Seen = NonNullable<OomState['cgroup']>['seen'];

/** What gave no answer this time goes on from where it was when it does; but for what another counts as well. */
function unanswered(before: Seen, answered: readonly string[]): Seen {
  const left = Object.entries(before).filter(([directory]) => !answered.some((each) => contains(each, directory)));
  return Object.fromEntries(left.slice(0, Math.max(0, maxWatched - answered.length)));
}

/** `ours`: a count that began anew began after we last looked. */
function newKills(last: { kills: number } | undefined, kills: number, sameLife: boolean, ours: boolean): number {
  if (last === undefined) return 0;
  if (sameLife && kills >= last.kills) return kills - last.kills;
  return ours ? kills : 0;
}

function livesOf(seen: Readonly<Record<string, { identity: string }>> = {}): string {
  return JSON.stringify(Object.entries(seen).map(([directory, { identity }]) => [directory, identity]));
}
