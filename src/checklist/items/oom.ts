import type { TimedEvent } from '../../core/contract.ts';
import { agoInWords, counted, durationInWords } from '../../core/words.ts';
import { tailLog } from '../commands.ts';
import { eventsOf, eventsOfKind } from '../events.ts';
import { factsFrom, missing, unknown, unreadInWords } from '../known.ts';
import type { ChecklistItem, NodeView } from '../types.ts';

const shared = { section: 'resource_sanity', check: 'no_oom' } as const;
const dmesg = 'dmesg -T | grep -i -E "out of memory|oom-kill" | tail';

export const noOomOnNode: ChecklistItem = {
  ...shared,
  subject: 'node',
  passesWhen:
    'the kernel killed no process for want of memory, on the whole node or in a cgroup, within the window, or since watching began.',
  runbook: 'GpuNodeOomKill',
  needs: ['host'],
  subjects: () => ['node'],
  judge(_subject, node) {
    const facts = factsFrom(node, 'host');
    const kills = recent(node, eventsOfKind(node.events, 'oom'));
    const newest = kills.at(-1);
    if (newest !== undefined) return { status: 'fail', evidence: killsInWords(kills, newest, node), command: dmesg };
    if (facts === undefined) return missing(node, 'host', dmesg);
    const { host, cgroup } = facts.oomKills;
    if (host === undefined && cgroup === undefined) return unknown('the kernel tells of no OOM kills', dmesg);
    return { status: 'pass', evidence: noneInWords(node, 'OOM kill'), command: dmesg };
  },
};

/** Log classes that mean that memory ran out. */
const oomClasses: readonly string[] = ['gpu_oom', 'host_oom'];

export const noOomOfProgram: ChecklistItem = {
  ...shared,
  subject: 'each program with a log',
  passesWhen:
    'its log tells of no CUDA or host memory that ran out, and the kernel killed none of its processes, within the window, or since watching began.',
  runbook: 'GpuNodeCudaOutOfMemory',
  needs: ['logs'],
  subjects: (node) => factsFrom(node, 'logs')?.programs.map(({ program }) => program),
  configured: ({ programs }) => programs.filter((name) => name !== 'all'),
  judge(subject, node) {
    const command = tailLog(node, subject);
    const own = recent(node, eventsOf(node.events, subject));
    const kills = own.filter(({ kind }) => kind === 'oom');
    const newestKill = kills.at(-1);
    if (newestKill !== undefined) {
      return {
        status: 'fail',
        evidence: killsInWords(kills, newestKill, node),
        command: dmesg,
        runbook: 'GpuNodeOomKill',
      };
    }
    const told = own.filter(isTold);
    const program = factsFrom(node, 'logs')?.programs.find((each) => each.program === subject);
    const newestMs = Math.max(
      ...told.map(({ atMs }) => atMs),
      ...(program?.classes ?? []).filter(({ name }) => oomClasses.includes(name)).map(({ lastMs }) => lastMs ?? 0),
    );
    if (isRecent(node, newestMs)) {
      const count = Math.max(1, told.length);
      return {
        status: 'fail',
        evidence: `its log told ${counted(count, 'time')} that memory ran out, last ${agoInWords(newestMs, node.nowMs)}`,
        command,
      };
    }
    if (program === undefined) return missing(node, 'logs', command);
    if (program.readable !== true) return unknown(unreadInWords(program), command);
    return { status: 'pass', evidence: noneInWords(node, 'message of memory that ran out'), command };
  },
};

function isTold({ kind, detail }: TimedEvent): boolean {
  return kind === 'log' && detail !== undefined && oomClasses.includes(detail);
}

function recent(node: NodeView, events: readonly TimedEvent[]): readonly TimedEvent[] {
  return events.filter(({ atMs }) => isRecent(node, atMs));
}

/** A little ahead is another clock; far ahead is from before the clock was put right. */
function isRecent({ nowMs, config }: NodeView, atMs: number): boolean {
  return Math.abs(nowMs - atMs) <= config.checklist.window;
}

function killsInWords(kills: readonly TimedEvent[], newest: TimedEvent, { nowMs }: NodeView): string {
  // The same kill counts for the machine and for its cgroup.
  const count = Math.max(
    ...['host', 'cgroup'].map((scope) => sum(kills.filter((each) => (each.subject === 'host') === (scope === 'host')))),
  );
  return `${counted(count, 'OOM kill')}, last ${agoInWords(newest.atMs, nowMs)}`;
}

function sum(kills: readonly TimedEvent[]): number {
  return kills.reduce((total, { value = 1 }) => total + value, 0);
}

/** No longer than anybody has been looking. */
function noneInWords({ nowMs, watchedSinceMs, config }: NodeView, what: string): string {
  const { window } = config.checklist;
  if (nowMs - watchedSinceMs >= window) return `no ${what} in the last ${durationInWords(window / 1000)}`;
  return `no ${what} since watching began ${agoInWords(watchedSinceMs, nowMs)}`;
}
