import { waitForOk } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'api-hangs',
  summary: 'a blocking call keeps the event loop of fastapi busy: RUNNING, port open, no answer, nothing in the log',
  durationHint: '10s',
  async run({ ports }, signal) {
    const api = `http://127.0.0.1:${ports.api}`;
    await waitForOk(`${api}/health`, { signal });
    // Nobody is there to hear the answer.
    await fetch(`${api}/block?s=86400`, { signal }).catch(() => undefined);
  },
  expected: {
    pages: [{ alert: 'GpuNodeEndpointDown', program: 'fastapi' }],
    tickets: [],
    failingChecks: [{ check: 'api_healthy' }],
  },
};
