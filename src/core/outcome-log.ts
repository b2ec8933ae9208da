import type { Outcome } from './contract.ts';
import { formatDuration } from './duration.ts';
import type { Clock, Logger } from './host.ts';

/** Logs a collector's outcome when it changes: the first failure, another failure, the recovery. */
export function createOutcomeLog(collector: string, clock: Clock, log: Logger): (outcome: Outcome) => void {
  let failing: { kind: string; sinceMs: number } | undefined;
  return (outcome) => {
    if (outcome.ok) {
      if (failing === undefined) return;
      const after = formatDuration(roundToSeconds(clock.monotonicMs() - failing.sinceMs));
      failing = undefined;
      log.info('collector recovered', { collector, after });
      return;
    }
    // Numbers that count up (pids, seconds) do not make it another failure.
    const kind = `${outcome.reason} ${outcome.error.replaceAll(/\d+/g, 'N')}`;
    if (failing?.kind === kind) return;
    failing = { kind, sinceMs: failing?.sinceMs ?? clock.monotonicMs() };
    log.warn('collector failed', { collector, reason: outcome.reason, error: outcome.error });
  };
}

function roundToSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000;
}
