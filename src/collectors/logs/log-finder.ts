/** Asks supervisord now and then which logs there are, beside the reading and never in its way. */
import { toSourceError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { timeoutSignal } from '../../core/timeout-signal.ts';
import type { Sources } from '../../sources/index.ts';
import type { ProgramStanza } from '../../sources/supervisord/types.ts';
import type { LogsConfig } from './config.ts';
import { configuredLogs, supervisordLogs } from './program-logs.ts';
import type { ProgramLog } from './program-logs.ts';

export interface LogFinder {
  /** Starts to look if it is time to, and none is under way. */
  look(): void;
  /** Waits for a look that is under way; throws `SourceError` if it failed. */
  settled(): Promise<void>;
}

const againMs = 5_000;
// A share of a round's time, after which supervisord counts as silent.
const share = 0.4;

/** Hands every answer to `onLogs`; while supervisord is silent what was known stays. */
export function createLogFinder(
  config: LogsConfig,
  names: readonly string[],
  { host, sources }: { readonly host: Host; readonly sources: Sources },
  parts: { readonly isSilent: (path: string) => boolean; readonly onLogs: (logs: readonly ProgramLog[]) => void },
): LogFinder {
  let running: Promise<void> | undefined;
  let failure: unknown;
  let lookedMs = -Infinity;

  async function find(): Promise<ProgramLog[]> {
    const signal = timeoutSignal(config.timeout * share);
    const stanzas: readonly ProgramStanza[] = await sources.supervisord.config(signal).then(
      ({ programs }) => programs,
      () => [],
    );
    const asked = sources.supervisord.snapshot({ maxAgeMs: againMs, signal });
    if (config.files.length === 0) return supervisordLogs(names, await asked, stanzas, parts.isSilent);
    return configuredLogs(config.files, await asked.catch(() => undefined), stanzas);
  }

  async function findOnce(): Promise<void> {
    try {
      parts.onLogs(await find());
      failure = undefined;
    } catch (error) {
      failure = error;
    } finally {
      running = undefined;
    }
  }

  return {
    look() {
      const nowMs = host.clock.monotonicMs();
      if (running || nowMs - lookedMs < againMs) return;
      lookedMs = nowMs;
      running = findOnce();
    },
    async settled() {
      await running;
      if (failure !== undefined) throw toSourceError(failure, 'asking supervisord for the logs');
    },
  };
}
