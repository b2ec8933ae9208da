import type { EndpointFact } from '../../collectors/endpoints/facts.ts';
import { counted, durationInWords, shellWord } from '../../core/words.ts';
import { cadenceOf, isFlapping, lastRequestedStartMs } from '../cadence.ts';
import { tailLog } from '../commands.ts';
import { factsFrom, missing, unknown } from '../known.ts';
import type { ChecklistItem, Judgement, NodeView } from '../types.ts';

export const apiHealthy: ChecklistItem = {
  ...endpointItem('http'),
  check: 'api_healthy',
  subject: 'each http endpoint',
  passesWhen: 'it answers with the expected status and body, by its own program, and no stranger listens on its port.',
};

export const llamaHealthy: ChecklistItem = {
  ...endpointItem('llama'),
  check: 'llama_healthy',
  subject: 'each llama endpoint',
  passesWhen:
    'as api_healthy; 503 "Loading model" is unknown within its loading budget, and a failure after it or while its program dies over and over.',
};

type EndpointItem = Omit<ChecklistItem, 'check' | 'subject' | 'passesWhen'>;

function endpointItem(kind: EndpointFact['kind']): EndpointItem {
  return {
    section: 'endpoint_health',
    runbook: 'GpuNodeEndpointDown',
    needs: ['endpoints'],
    subjects: ({ config }) => config.endpoints.targets.filter((each) => each.kind === kind).map(({ name }) => name),
    judge(subject, node) {
      const fact = factsFrom(node, 'endpoints')?.endpoints.find(({ target }) => target === subject);
      if (fact !== undefined) return judgeEndpoint(fact, node);
      const target = node.config.endpoints.targets.find(({ name }) => name === subject);
      return missing(node, 'endpoints', target === undefined ? 'ss -ltn' : curl(target.url));
    },
  };
}

function judgeEndpoint(fact: EndpointFact, node: NodeView): Judgement {
  const { state, url, statusCode, reason, durationSeconds, listeners, unprobed } = fact;
  const command = curl(url);
  if (state === undefined) return unknown(unprobed ?? 'it could not be asked', command);
  if (state === 'loading') return judgeLoading(fact, node, command);
  const code = statusCode === undefined ? '' : ` with status ${statusCode}`;
  const took = durationSeconds === undefined ? '' : ` in ${latencyInWords(durationSeconds)}`;
  const stranger = listeners?.strangers[0];
  const other = listeners?.other ?? 0;
  if (state === 'stranger' || (state === 'ok' && other > 0)) {
    const who = stranger === undefined ? 'another process' : `pid ${stranger.pid} (${stranger.comm})`;
    const sockets = other === 0 ? '' : `, ${counted(other, 'listening socket')} of others`;
    return {
      status: 'fail',
      evidence: `${who} listens on the port of ${fact.program}${sockets}`,
      command: 'ss -ltnp',
      runbook: 'GpuNodeEndpointStranger',
    };
  }
  if (state === 'ok') return { status: 'pass', evidence: `answers${code}${took}`, command };
  if (state === 'refused') return { status: 'fail', evidence: 'connection refused, nothing listens there', command };
  const why = reason === undefined ? code : `: ${reason}`;
  return { status: 'fail', evidence: `${state.replaceAll('_', ' ')}${why}`, command };
}

/** Without what a URL may have that is nobody's business: credentials, and what a query string holds. */
function curl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `curl -sS -i --max-time 5 ${shellWord(`${origin}${pathname}`)}`;
}

function latencyInWords(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : durationInWords(seconds);
}

function judgeLoading(fact: EndpointFact, node: NodeView, command: string): Judgement {
  const { program, loadingBudgetSeconds } = fact;
  const status = factsFrom(node, 'supervisor')?.programs.find((each) => each.program === program)?.status;
  // Without a start time the age of the state is the least that is known.
  const seconds = status?.uptimeSeconds ?? (node.nowMs - fact.sinceMs) / 1000;
  const evidence = `loading its model for ${durationInWords(seconds)} of at most ${durationInWords(loadingBudgetSeconds)}`;
  const cadence = cadenceOf(program, node.events, node.nowMs, lastRequestedStartMs(program, node.events));
  if (isFlapping(cadence, node.nowMs)) {
    const restarts = counted(cadence.respawns.lastHour, 'restart');
    const again = `${evidence}, and again: ${restarts} in the last hour`;
    return { status: 'fail', evidence: again, command: tailLog(node, program), runbook: 'GpuNodeProgramFlapping' };
  }
  if (seconds <= loadingBudgetSeconds) return { status: 'unknown', evidence, command, settling: true };
  return { status: 'fail', evidence, command: tailLog(node, program), runbook: 'GpuNodeModelLoadingTooLong' };
}
