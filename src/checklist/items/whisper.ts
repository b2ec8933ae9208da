import { bytesInWords, durationInWords } from '../../core/words.ts';
import { tailLog } from '../commands.ts';
import { eventsOf } from '../events.ts';
import { factsFrom, missing, unknown, unreadInWords } from '../known.ts';
import type { ChecklistItem, NodeView } from '../types.ts';

/** The program that has Whisper inside, alone or in a group. */
const worker = /^(?:.+:)?worker-gpu$/;

export const whisperOnGpu: ChecklistItem = {
  section: 'resource_sanity',
  check: 'whisper_on_gpu',
  subject: 'worker-gpu',
  passesWhen:
    'its log tells of no fall back to the CPU since its current start. Where the log was not followed since then, it also has to hold GPU memory.',
  runbook: 'GpuNodeWhisperOnCpu',
  needs: ['logs', 'supervisor'],
  subjects: (node) =>
    factsFrom(node, 'supervisor')
      ?.programs.map(({ program }) => program)
      .filter(isWorker),
  configured: ({ programs }) => programs.filter(isWorker),
  judge(subject, node) {
    const command = tailLog(node, subject);
    const supervisor = factsFrom(node, 'supervisor');
    if (supervisor === undefined) return missing(node, 'supervisor', command);
    const status = supervisor.programs.find(({ program }) => program === subject)?.status;
    if (status === undefined || status.pid === 0) return unknown('it does not run', command);
    const log = factsFrom(node, 'logs')?.programs.find(({ program }) => program === subject);
    if (log === undefined) return missing(node, 'logs', command);
    const inWords = (sinceMs: number): string => durationInWords((node.nowMs - sinceMs) / 1000);
    const startedMs = startOf(subject, status.startSeconds, node);
    const lastMs = log.classes.find(({ name }) => name === 'cpu_fallback')?.lastMs;
    if (lastMs !== undefined && lastMs >= startedMs) {
      return { status: 'fail', evidence: `its log told ${inWords(lastMs)} ago that it runs on the CPU`, command };
    }
    const bytes = heldBytes(subject, node);
    const held = bytes > 0 ? `, and it holds ${bytesInWords(bytes)} of GPU memory` : '';
    if (log.readable !== true) return unknown(unreadInWords(log), command);
    const { followedSinceMs } = log;
    const isWhole = followedSinceMs !== undefined && followedSinceMs <= startedMs;
    const since = isWhole
      ? `since its start ${inWords(startedMs)} ago`
      : `in the ${inWords(followedSinceMs ?? node.nowMs)} that its log was followed`;
    const evidence = `no fall back to the CPU ${since}${held}`;
    // What it said before that nobody has read, unless its memory speaks for it.
    return isWhole || bytes > 0
      ? { status: 'pass', evidence, command }
      : unknown(`${evidence}, of the ${inWords(startedMs)} that it has run`, command);
  },
};

// supervisord cuts off the second, and an old process may have spoken in it; the history knows better.
function startOf(subject: string, startSeconds: number, { events }: NodeView): number {
  const newestMs = eventsOf(events, subject).findLast(({ kind }) => kind === 'start')?.atMs ?? 0;
  return Math.floor(newestMs / 1000) === startSeconds ? newestMs : startSeconds * 1000;
}

/** GPU memory that the program holds, as far as that can be told here. */
function heldBytes(subject: string, node: NodeView): number {
  const held = factsFrom(node, 'gpu')?.memory ?? [];
  return held
    .filter(({ owner, program }) => owner === 'program' && program === subject)
    .reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

function isWorker(program: string): boolean {
  return worker.test(program);
}
