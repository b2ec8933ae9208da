import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'supervisor-frozen',
  summary: 'supervisord accepts connections but answers nothing, from second 15 to second 45; its programs live on',
  durationHint: '50s',
  async run(node, signal) {
    await pause(15_000, signal);
    node.signalSupervisord('SIGSTOP');
    await pause(30_000, signal);
    node.signalSupervisord('SIGCONT');
  },
  expected: {
    pages: [{ alert: 'GpuNodeSupervisorDown' }],
    tickets: [],
    failingChecks: [{ check: 'supervisor_answers' }],
  },
};
