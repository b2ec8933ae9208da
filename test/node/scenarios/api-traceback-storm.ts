import { pause } from '../poll.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'api-traceback-storm',
  summary: 'a route of fastapi raises on every request, one a second; /health is fine',
  durationHint: '20s',
  async run({ ports }, signal) {
    while (!signal.aborted) {
      await fetch(`http://127.0.0.1:${ports.api}/boom`, { signal }).catch(() => undefined);
      await pause(1_000, signal);
    }
  },
  expected: {
    pages: [],
    tickets: [{ alert: 'GpuNodeErrorBurst', program: 'fastapi' }],
    failingChecks: [],
  },
};
