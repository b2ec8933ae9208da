import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  name: 'healthy',
  summary: 'all three programs run, both endpoints answer, the model file is complete',
  durationHint: '10s',
  expected: quiet,
};
