/** The programs as supervisord sees them. */
import type { PlacedPanel } from '../panel.ts';
import { timeline } from '../panels/timeline.ts';
import { ofNode, ofProgram, orCode, seen } from '../promql.ts';
import { noData, none, programStateWords } from '../words.ts';

/** Each target that was expected in the shown time. */
export const knownPrograms = `max by (job, instance, program) (${seen(`gpunode_program_expected{${ofProgram}}`)})`;

/** supervisord's code; `none` where it answers and does not know the program, `noData` where it is silent. */
export function programStates(): string {
  const code = `max by (job, instance, program) (gpunode_program_state_code{${ofProgram}})`;
  const unknown = `max by (job, instance, program) (gpunode_program_expected{${ofProgram}} and on (job, instance) gpunode_supervisor_up{${ofNode}} == 1)`;
  return orCode(orCode(code, none, unknown), noData, knownPrograms);
}

export const processEvidence: readonly PlacedPanel[] = [
  timeline({
    title: 'Program states',
    green: 'RUNNING from left to right.',
    otherwise:
      'RUNNING that is cut again and again is a flap, even if it is RUNNING now: see the row below. BACKOFF: it died too soon and is tried again. FATAL: supervisord has given up. NO DATA: supervisord or the exporter is silent.',
    runbooks: ['GpuNodeProgramDown', 'GpuNodeProgramFatal', 'GpuNodeProgramStopped', 'GpuNodeSupervisorDown'],
    collectors: ['supervisor'],
    queries: [{ expr: programStates(), legend: '{{program}} · {{instance}}' }],
    words: programStateWords,
    width: 24,
    height: 7,
  }),
];
