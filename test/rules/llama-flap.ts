/** What is told of llama where it flaps, by how. */
import type { Firing } from './story.ts';

const llama = { program: 'llama' };

export const flapping: Firing = { alert: 'GpuNodeProgramFlapping', labels: llama };
export const onSchedule: Firing = { alert: 'GpuNodeProgramRestartsOnSchedule', labels: llama };
export const slow: Firing = { alert: 'GpuNodeProgramSlowFlap', labels: llama };
export const matches: Firing = {
  alert: 'GpuNodeRestartCadenceMatchesTimeout',
  labels: { ...llama, timeout: 'LLAMA_WAIT_SECONDS' },
};
