/** Numbers of states in words and colours: the word says it all, for whoever cannot tell the colours. */
import { MappingType, SpecialValueMatch } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { programStates } from '../../src/collectors/supervisor/metrics.ts';
import { endpointStates } from '../../src/sources/http-probe/types.ts';

export interface Word {
  /** The number itself, if there is none. */
  readonly text?: string;
  readonly color: 'green' | 'red' | 'dark-red' | 'orange' | 'yellow' | 'blue' | 'purple' | 'text' | typeof grey;
}

/** For cells and tiles that are filled: `text` would fill them with the colour of text. */
const grey = '#7b8087';

/** Worst first, so that `min` is the verdict on the whole. */
export const verdictCodes = { fail: 0, noData: 1, unknown: 2, pass: 3, notChecked: 4 } as const;

/** Of what is not a verdict: it cannot be told, or there is none. */
export const noData = -2;
export const none = -1;

const silent: Word = { text: 'NO DATA', color: 'purple' };

export const verdictWords = words({
  [verdictCodes.fail]: { text: 'FAIL', color: 'red' },
  [verdictCodes.noData]: silent,
  [verdictCodes.unknown]: { text: 'UNKNOWN', color: 'orange' },
  [verdictCodes.pass]: { text: 'PASS', color: 'green' },
  [verdictCodes.notChecked]: { text: 'NOT CHECKED', color: grey },
});

const programColors: Readonly<Record<string, Word['color']>> = {
  RUNNING: 'green',
  STARTING: 'yellow',
  STOPPING: 'blue',
  STOPPED: 'blue',
  UNKNOWN: 'orange',
  FATAL: 'dark-red',
};
export const programStateWords = words({
  [noData]: silent,
  [none]: { text: 'NOT KNOWN TO SUPERVISORD', color: 'red' },
  ...Object.fromEntries(
    Object.entries(programStates).map(([code, text]) => [code, { text, color: programColors[text] ?? 'red' }]),
  ),
});

const endpointColors: Readonly<Record<string, Word['color']>> = { ok: 'green', loading: 'yellow' };
export const endpointStateWords = words({
  [noData]: silent,
  ...Object.fromEntries(
    endpointStates.map((state, index) => [
      index,
      { text: state.replaceAll('_', ' ').toUpperCase(), color: endpointColors[state] ?? 'red' },
    ]),
  ),
});

/** For what is 1 when all is well. */
export function yesNo(yes: string, no: Word | string, more: Readonly<Record<number, Word>> = {}): ValueMapping[] {
  const bad: Word = typeof no === 'string' ? { text: no, color: 'red' } : no;
  return words({ [noData]: silent, 0: bad, 1: { text: yes, color: 'green' }, ...more });
}

/** For counts, times and sizes of a table or a tile: only what is not a number gets a word. */
export function numberWords(more: Readonly<Record<number, Word>> = {}): ValueMapping[] {
  return words({ [noData]: silent, ...more });
}

/** For counts of what is bad, or good: the number in colour from 1 on. */
export function countWords(color: Word['color'], more: Readonly<Record<number, Word>> = {}): ValueMapping[] {
  return [...numberWords(more), range(1, null, { color })];
}

/** Three respawns in an hour page. */
export const flapWords: ValueMapping[] = [
  ...numberWords(),
  range(1, 2, { color: 'orange' }),
  range(3, null, { color: 'red' }),
];

/** How regular runs are, by their coefficient of variation: the limit is that of the rules. */
export const regularityWords: ValueMapping[] = [
  ...numberWords({ [none]: { text: 'fewer than two short runs', color: 'text' } }),
  range(0, 0.149999, { text: 'REGULAR AS A CLOCK', color: 'orange' }),
  range(0.15, null, { text: 'irregular', color: 'text' }),
];

/** What shells and supervisord make of signals. */
export const exitCodeWords = words({
  [noData]: silent,
  [none]: { text: 'none seen', color: 'text' },
  126: { text: '126: not executable', color: 'red' },
  127: { text: '127: command not found', color: 'red' },
  134: { text: '134: SIGABRT', color: 'red' },
  137: { text: '137: SIGKILL, out of memory?', color: 'red' },
  139: { text: '139: SIGSEGV', color: 'red' },
  143: { text: '143: SIGTERM', color: 'orange' },
});

export const severityWords: ValueMapping[] = [
  textWords({
    critical: { text: 'CRITICAL: page', color: 'red' },
    warning: { text: 'WARNING: ticket', color: 'orange' },
    info: { text: 'info', color: 'blue' },
  }),
];

function words(byCode: Readonly<Record<number, Word>>): ValueMapping[] {
  return [
    textWords(byCode),
    {
      type: MappingType.SpecialValue,
      options: { match: SpecialValueMatch.NullAndNan, result: { ...silent, index: 99 } },
    },
  ];
}

function textWords(byValue: Readonly<Record<string, Word>>): ValueMapping {
  const options = Object.entries(byValue).map(([value, word], index) => [value, { ...word, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

function range(from: number, to: number | null, word: Word): ValueMapping {
  return { type: MappingType.RangeToText, options: { from, to, result: { ...word } } };
}
