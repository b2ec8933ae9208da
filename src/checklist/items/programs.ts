import { metrics } from '../../collectors/supervisor/metrics.ts';
import type { ProgramFacts } from '../../collectors/supervisor/facts.ts';
import { agoInWords, durationInWords } from '../../core/words.ts';
import { supervisorctl, tailLog } from '../commands.ts';
import { factsFrom, missing, reading, unknown } from '../known.ts';
import type { ChecklistItem, Judgement, NodeView } from '../types.ts';

export const supervisorAnswers: ChecklistItem = {
  section: 'process_health',
  check: 'supervisor_answers',
  subject: 'node',
  passesWhen: 'supervisord answers its RPC. Not being allowed to ask is unknown.',
  runbook: 'GpuNodeSupervisorDown',
  needs: ['supervisor'],
  subjects: () => ['node'],
  judge(_subject, node) {
    const command = supervisorctl(node, 'pid');
    const facts = factsFrom(node, 'supervisor');
    if (facts !== undefined) {
      const { version, state, programs } = facts;
      const running = programs.filter(({ status }) => status?.state === 'RUNNING').length;
      const evidence = `supervisord ${version} is ${state}, ${running} of ${programs.length} programs RUNNING`;
      return { status: 'pass', evidence, command };
    }
    const isDown = reading(node, 'supervisor', metrics.up) === 0;
    const known = node.supervisor;
    if (isDown && known.kind === 'failed') return { status: 'fail', evidence: `down: ${known.error}`, command };
    return missing(node, 'supervisor', command);
  },
};

export const programRunning: ChecklistItem = {
  section: 'process_health',
  check: 'program_running',
  subject: 'each target program',
  passesWhen: 'it is RUNNING for longer than its startsecs. STARTING and a silent supervisord are unknown.',
  runbook: 'GpuNodeProgramDown',
  needs: ['supervisor'],
  subjects: targetPrograms,
  configured: ({ programs }) => programs.filter((name) => name !== 'all'),
  judge(subject, node) {
    const program = factsFrom(node, 'supervisor')?.programs.find((each) => each.program === subject);
    if (program === undefined) return missing(node, 'supervisor', supervisorctl(node, 'status'));
    return judgeProgram(program, node);
  },
};

/** Every target that supervisord knows, or should; undefined while it is silent. */
export function targetPrograms(node: NodeView): readonly string[] | undefined {
  return factsFrom(node, 'supervisor')?.programs.map(({ program }) => program);
}

function judgeProgram({ program, status, startsecs, lastExit }: ProgramFacts, node: NodeView): Judgement {
  const statusCommand = supervisorctl(node, 'status');
  if (status === undefined) {
    return { status: 'fail', evidence: 'supervisord does not know a program of this name', command: statusCommand };
  }
  const { state, uptimeSeconds, spawnError } = status;
  const age = uptimeSeconds === undefined ? '' : ` for ${durationInWords(uptimeSeconds)}`;
  if (state === 'STARTING') return { ...unknown(`STARTING${age}`, statusCommand), settling: true };
  if (state === 'RUNNING') {
    if (uptimeSeconds !== undefined && uptimeSeconds <= (startsecs ?? 0)) {
      return { ...unknown(`RUNNING${age}, no longer than its startsecs yet`, statusCommand), settling: true };
    }
    return { status: 'pass', evidence: `RUNNING${age}`, command: statusCommand };
  }
  const exit =
    lastExit === undefined || state === 'STOPPED'
      ? ''
      : `, last exit ${agoInWords(lastExit.atMs, node.nowMs)}${lastExit.code === undefined ? '' : ` with code ${lastExit.code}`}`;
  const why = spawnError === '' || state === 'STOPPED' ? '' : `, ${spawnError}`;
  return {
    status: 'fail',
    evidence: `${state}${exit}${why}`,
    command: state === 'STOPPED' ? statusCommand : tailLog(node, program),
    ...(state === 'FATAL' ? { runbook: 'GpuNodeProgramFatal' } : {}),
    ...(state === 'STOPPED' ? { runbook: 'GpuNodeProgramStopped' } : {}),
  };
}
