import type { Logger } from '../../core/host.ts';
import type { LogState } from './compare.ts';
import { silentAfterMs } from './observe.ts';

/** Tells a log that cannot be read for a moment from one that is lost, and says so once. */
export interface LogHealth {
  /** `unreadable`: why, after the newest look. */
  judge(unreadable: string | undefined): LogState;
}

export function createLogHealth(log: Logger, nowMs: () => number): LogHealth {
  let sinceMs: number | undefined;
  let told = false;
  return {
    judge(unreadable) {
      if (unreadable === undefined) {
        if (told) log.info("supervisord's main log can be read again");
        sinceMs = undefined;
        told = false;
        return 'followed';
      }
      sinceMs ??= nowMs();
      const state = nowMs() - sinceMs >= silentAfterMs ? 'lost' : 'waiting';
      if (!told && state === 'lost') {
        told = true;
        log.warn("supervisord's main log cannot be read: restarts are counted by polling, a lower bound", {
          reason: unreadable,
        });
      }
      return state;
    },
  };
}
