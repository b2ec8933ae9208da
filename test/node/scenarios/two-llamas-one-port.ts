import { waitForOk } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'two-llamas-one-port',
  summary: 'somebody starts a second llama-server by hand: both share the port and each gets half of the requests',
  durationHint: '10s',
  async run({ paths, ports, scratch }, signal) {
    const health = `http://127.0.0.1:${ports.llama}/health`;
    await waitForOk(health, { signal });
    scratch.spawn(`${paths.app}/llama-server`, ['-m', paths.model, '--port', String(ports.llama)]);
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeEndpointStranger', program: 'llama' }],
    failingChecks: [{ check: 'llama_healthy' }],
  },
};
