import { pause } from '../poll.ts';
import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'operator-restart',
  summary: 'an operator restarts llama, stops and starts fastapi, three times over: nobody is paged for it',
  durationHint: '40s',
  async run(node, signal) {
    for (let round = 0; round < 3 && !signal.aborted; round += 1) {
      await pause(3_000, signal);
      await node.supervisorctl('restart', 'llama');
      await pause(3_000, signal);
      await node.supervisorctl('stop', 'fastapi');
      await pause(3_000, signal);
      await node.supervisorctl('start', 'fastapi');
    }
  },
  // What is being restarted is down for that moment.
  expected: {
    ...quiet,
    failingChecks: [
      { check: 'program_running', subject: 'fastapi', mayPass: true },
      { check: 'api_healthy', mayPass: true },
      { check: 'program_running', subject: 'llama', mayPass: true },
      { check: 'llama_healthy', mayPass: true },
    ],
  },
};
