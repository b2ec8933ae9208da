import { setTimeout as delay } from 'node:timers/promises';
import { startApp } from '../../app.ts';
import type { App } from '../../app.ts';
import { readVersion } from '../../assets.ts';
import { items } from '../../checklist/items.ts';
import { reportOf } from '../../checklist/report.ts';
import type { Verdict } from '../../checklist/types.ts';
import { collectors } from '../../collectors/index.ts';
import type { Config } from '../../config/schema.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Clock } from '../../core/host.ts';
import { createLogger } from '../../core/log.ts';
import { openNoState, readState } from '../../core/state.ts';
import type { StateStore } from '../../core/state.ts';
import { createHost, systemClock } from '../../host.ts';
import { printable } from '../printable.ts';
import type { CheckSource } from './source.ts';

export interface NodeOptions {
  readonly config: Config;
  /** Only their items are waited for; none: all. */
  readonly sections: readonly string[];
  /** From now: what is not known then is unknown. */
  readonly timeoutMs: number;
  /** What the verdicts still wait for. */
  readonly onWaiting: (names: readonly string[]) => void;
  /** A line for whoever reads along. */
  readonly tell: (line: string) => void;
}

const warmUpMs = 3_000;
const lookEveryMs = 100;

/** Looks at this node with the collectors of a serving exporter, and with what one has saved, which is left as it is. */
export async function lookAtNode(options: NodeOptions): Promise<CheckSource> {
  const { config, timeoutMs, onWaiting, tell } = options;
  const deadlineMs = systemClock.monotonicMs() + timeoutMs;
  const log = createLogger({
    level: 'error',
    format: 'logfmt',
    clock: systemClock,
    write: (line) => tell(line.trim()),
  });
  const host = createHost(log);
  const state = await stateOf(config, host.clock, tell);
  await host.files.warmUp(Math.min(warmUpMs, timeoutMs));
  const app = startApp({ config, host, state, version: readVersion(), disabled: withoutItems });

  return {
    runbooks: undefined,
    async report() {
      for (;;) {
        const verdicts = app.verdicts();
        const waiting = waitsFor(app, verdicts, options.sections);
        if (waiting.length === 0 || host.clock.monotonicMs() >= deadlineMs) return reportOf(verdicts, host.clock.now());
        onWaiting(waiting);
        await delay(lookEveryMs);
      }
    },
    async stop() {
      await app.stop();
      host.files.stop();
    },
  };
}

const needed: ReadonlySet<string> = new Set(items.flatMap(({ needs }) => needs));
/** Collectors that no item needs. */
const withoutItems: ReadonlySet<string> = new Set(
  collectors.map(({ name }) => name).filter((name) => !needed.has(name)),
);

async function stateOf({ state_dir: directory }: Config, clock: Clock, tell: NodeOptions['tell']): Promise<StateStore> {
  if (directory === undefined) return openNoState(clock);
  try {
    return await readState(directory, clock);
  } catch (error) {
    tell(`what the exporter knows from before is not used: ${printable(errorMessage(error))}`);
    return openNoState(clock);
  }
}

/** Collectors without a first round, and checks that another look will settle. */
function waitsFor(app: App, verdicts: readonly Verdict[], sections: readonly string[]): string[] {
  const isWanted = ({ section }: { section: string }): boolean => sections.length === 0 || sections.includes(section);
  const sources = new Set<string>(items.filter(isWanted).flatMap(({ needs }) => needs));
  const settling = verdicts.filter((verdict) => isWanted(verdict) && verdict.settling && !verdict.waiting);
  return [
    ...app.waitingFor().filter((name) => sources.has(name)),
    ...settling.map(({ check, subject }) => `${check} ${subject}`),
  ];
}
