import type { FactSource, NodeView } from '../../checklist/types.ts';
import type { CollectorState } from '../../core/collector-runner.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { momentOf } from './moment.ts';
import type { Moment } from './moment.ts';

export interface CollectorView {
  readonly name: string;
  readonly mark: Mark;
  readonly looked?: Moment;
  /** Of one that fails. */
  readonly failure?: { readonly since: Moment; readonly reason: string; readonly error: string };
}

/** How each collector that runs is. */
export function collectorsOf(states: readonly CollectorState[], node: NodeView): CollectorView[] {
  return states.map(({ name, lookedMs, failingSinceMs }) => {
    const known = name in node ? node[name as FactSource] : undefined;
    const looked = lookedMs === undefined ? {} : { looked: momentOf(lookedMs, node.nowMs) };
    if (known?.kind !== 'failed') {
      return { name, mark: lookedMs === undefined ? markOf('unknown', 'waiting') : markOf('pass', 'ok'), ...looked };
    }
    const { reason, error, goesOn } = known;
    const since = momentOf(failingSinceMs ?? node.nowMs, node.nowMs);
    const mark = goesOn ? markOf('unknown', 'not done yet') : markOf('fail', 'failing');
    return { name, mark, ...looked, failure: { since, reason, error } };
  });
}
