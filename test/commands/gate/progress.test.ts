import { expect, test } from 'vitest';
import { createProgress } from '../../../src/commands/gate/progress.ts';
import type { GateLook } from '../../../src/commands/gate/wait.ts';

const look: GateLook = {
  ready: false,
  elapsedMs: 0,
  subjects: [{ name: '/m/a.gguf', blockers: ['does not exist'], anomalies: ['sparse (holes)'] }],
};

test('on a terminal one row is written over, and never goes on in the next', () => {
  let written = '';
  const progress = createProgress({ write: (text) => (written += text), terminal: true, quiet: false });
  progress.show(look);
  progress.show(look);
  const row = '\r\u001B[K\u001B[?7lgate: a.gguf: does not exist\u001B[?7h';
  expect(written).toBe(`\r\u001B[Kgate: anomaly: /m/a.gguf: sparse (holes)\n${row}${row}`);
});
