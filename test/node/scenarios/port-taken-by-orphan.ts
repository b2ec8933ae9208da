import { waitFor } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'port-taken-by-orphan',
  summary:
    "the wrapper script of fastapi is killed, its child keeps the port: every new start fails, /health is the orphan's",
  durationHint: '30s',
  prepare({ programs }) {
    const { settings } = programs.fastapi;
    settings['command'] = `/bin/sh -c "${settings['command']}; exit $?"`;
    settings['startsecs'] = '3';
  },
  async run(node, signal) {
    await waitFor('fastapi', async () => (await node.supervisorctl('status', 'fastapi')).output.includes('RUNNING'), {
      signal,
    });
    const { output } = await node.supervisorctl('pid', 'fastapi');
    process.kill(Number(output), 'SIGKILL');
  },
  expected: {
    pages: [{ alert: 'GpuNodeProgramFatal', program: 'fastapi' }],
    tickets: [{ alert: 'GpuNodeEndpointStranger', program: 'fastapi' }],
    failingChecks: [
      { check: 'program_running', subject: 'fastapi' },
      { check: 'api_healthy' },
      { check: 'no_restart_loop', subject: 'fastapi' },
    ],
  },
};
