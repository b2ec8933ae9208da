import { once } from 'node:events';
import { expect, it } from 'vitest';
import { timeoutSignal } from '../../src/core/timeout-signal.ts';

it.each([0.4, 1_486.395, -3])('fires after %s ms, whatever is left of a budget', async (ms) => {
  const signal = timeoutSignal(ms / 100);
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});
