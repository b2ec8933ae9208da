import type { TimeoutFacts } from '../../collectors/artifacts/facts.ts';
import { agoInWords, counted } from '../../core/words.ts';
import { cadenceInWords, cadenceOf, isFlapping, isOnSchedule, lastRequestedStartMs } from '../cadence.ts';
import type { Cadence } from '../cadence.ts';
import { tailLog } from '../commands.ts';
import { factsFrom, missing, unknown } from '../known.ts';
import type { ChecklistItem, NodeView } from '../types.ts';
import { targetPrograms } from './programs.ts';

export const noRestartLoop: ChecklistItem = {
  section: 'resource_sanity',
  check: 'no_restart_loop',
  subject: 'each target program',
  passesWhen:
    'neither GpuNodeProgramFlapping nor GpuNodeProgramRestartsOnSchedule would hold, counting since somebody last asked for a start. Where restarts are seen by polling only it is never a pass.',
  runbook: 'GpuNodeProgramFlapping',
  needs: ['supervisor'],
  subjects: targetPrograms,
  configured: ({ programs }) => programs.filter((name) => name !== 'all'),
  judge(subject, node) {
    const command = tailLog(node, subject);
    const since = lastRequestedStartMs(subject, node.events);
    const cadence = cadenceOf(subject, node.events, node.nowMs, since);
    const evidence = evidenceOf(cadence, node, subject, since);
    if (isFlapping(cadence, node.nowMs)) return { status: 'fail', evidence, command };
    if (isOnSchedule(cadence, node.nowMs)) {
      return { status: 'fail', evidence, command, runbook: 'GpuNodeProgramRestartsOnSchedule' };
    }
    const program = factsFrom(node, 'supervisor')?.programs.find((each) => each.program === subject);
    if (program === undefined) return missing(node, 'supervisor', command);
    if (program.status === undefined) return unknown('supervisord does not know a program of this name', command);
    if (program.source === 'main_log') return { status: 'pass', evidence, command };
    const polled = cadence.unknownStartsLastHour;
    const words = `${counted(polled, 'start')} in the last hour, as far as polling can tell`;
    return { status: polled >= 3 ? 'fail' : 'unknown', evidence: words, command, runbook: 'GpuNodeRestartsNotExact' };
  },
};

function evidenceOf(cadence: Cadence, node: NodeView, program: string, sinceMs: number | undefined): string {
  const { lastExit, respawns } = cadence;
  const ago = (atMs: number): string => agoInWords(atMs, node.nowMs);
  const words = cadenceInWords(cadence, timeoutsOf(node, program));
  const since = sinceMs === undefined ? '' : `; counting since somebody started it ${ago(sinceMs)}`;
  if (lastExit === undefined) return `${words}, none in the last day${since}`;
  return `${words}; ${respawns.lastDay} in the last day, last exit ${ago(lastExit.atMs)} (${lastExit.how})${since}`;
}

/** The waits of a program that are known. */
export function timeoutsOf(node: NodeView, program: string): readonly TimeoutFacts[] {
  return factsFrom(node, 'artifacts')?.timeouts.filter((each) => each.program === program) ?? [];
}
