import { quiet } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { runTour, tourSteps } from '../tour-steps.ts';

const holdMs = 12_000;

export const scenario: Scenario = {
  name: 'tour',
  summary: `${tourSteps.length} failures one after the other, each repaired: a loop, a lost card, a cut model, a hang, a freeze, the CPU`,
  durationHint: `${Math.round((2 * tourSteps.length * holdMs) / 60_000)}m`,
  prepare({ config }) {
    config.gpu.interval = '2s';
  },
  run: (node, signal) => runTour(node, signal, holdMs),
  // In the end all is well.
  expected: quiet,
};
