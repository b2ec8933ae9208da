import { setImmediate } from 'node:timers/promises';

// Long enough to be cheap, short enough that the other calls of the file agent do not notice.
const sliceMs = 5;

/**
 * For loops of small synchronous reads that cannot hang: awaiting the returned function lets others run now and then.
 * Synchronous reads of /proc cost a tenth of asynchronous ones.
 */
export function createPause(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < sliceMs) return;
    await setImmediate();
    sinceMs = performance.now();
  };
}
