import type { EndpointFact } from '../../collectors/endpoints/facts.ts';
import type { NodeView, Status } from '../../checklist/types.ts';
import { durationInWords } from '../../core/words.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { momentOf } from './moment.ts';
import type { Moment } from './moment.ts';
import { panelOf } from './panel.ts';
import type { Panel } from './panel.ts';

export interface EndpointView {
  readonly target: string;
  readonly program: string;
  readonly url: string;
  readonly mark: Mark;
  readonly since: Moment;
  /** `status 200 in 0.1s`; empty without an answer. */
  readonly answer: string;
}

export function endpointsOf(node: NodeView): Panel<EndpointView> {
  return panelOf(node, 'endpoints', ({ endpoints }) => endpoints.map((fact) => endpointView(fact, node.nowMs)));
}

function endpointView(fact: EndpointFact, nowMs: number): EndpointView {
  const { target, program, url, state, sinceMs, statusCode, durationSeconds, unprobed, reason } = fact;
  const status: Status = state === 'ok' ? 'pass' : state === undefined || state === 'loading' ? 'unknown' : 'fail';
  const took = durationSeconds === undefined ? '' : ` in ${durationInMilliseconds(durationSeconds)}`;
  return {
    target,
    program,
    url,
    mark: markOf(status, state?.replaceAll('_', ' ') ?? 'not asked'),
    since: momentOf(sinceMs, nowMs),
    answer: statusCode === undefined ? (reason ?? unprobed ?? '') : `status ${statusCode}${took}`,
  };
}

function durationInMilliseconds(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : durationInWords(seconds);
}
