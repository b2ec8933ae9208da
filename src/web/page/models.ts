import type { ModelFact } from '../../collectors/models/facts.ts';
import type { NodeView } from '../../checklist/types.ts';
import { bytesInWords } from '../../core/words.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { panelOf } from './panel.ts';
import type { Panel } from './panel.ts';
import { barOf, percent } from './share.ts';
import type { Bar } from './share.ts';

export interface ModelView {
  readonly model: string;
  readonly program: string;
  readonly path: string;
  readonly mark: Mark;
  /** `4.58 GiB of 4.58 GiB required (100 %)` */
  readonly progress: string;
  readonly bar: Bar;
  /** `llama, Q4_K_M; at rest` */
  readonly about: string;
  /** What is wrong or strange about it. */
  readonly problems: readonly string[];
}

export function modelsOf(node: NodeView): Panel<ModelView> {
  return panelOf(node, 'models', ({ models }) => models.map(modelView));
}

function modelView(fact: ModelFact): ModelView {
  const { model, program, path, sizeBytes, requiredBytes, complete, unknown, problems, anomalies } = fact;
  const isKnown = sizeBytes !== undefined && requiredBytes !== undefined;
  return {
    model,
    program,
    path: path ?? 'no path known',
    mark: markFor(fact),
    progress: progressOf(fact),
    bar: isKnown
      ? barOf(Math.max(requiredBytes, 1), [{ kind: complete ? 'good' : 'bad', value: sizeBytes }])
      : { parts: [] },
    about: aboutOf(fact),
    problems: [
      ...(unknown === undefined ? [] : [unknown]),
      ...problems,
      ...anomalies.map((each) => each.replaceAll('_', ' ')),
    ],
  };
}

function markFor({ unknown, present, complete }: ModelFact): Mark {
  if (unknown !== undefined) return markOf('unknown', 'no answer');
  if (present === false) return markOf('fail', 'missing');
  if (complete === undefined) return markOf('unknown', 'not known');
  return complete ? markOf('pass', 'complete') : markOf('fail', 'incomplete');
}

function progressOf({ sizeBytes, requiredBytes, present }: ModelFact): string {
  if (present === false || sizeBytes === undefined) return '';
  if (requiredBytes === undefined) return `${bytesInWords(sizeBytes)}, how much is required is not known`;
  // Rounded down: 100 % is for all of it only.
  const part = Math.floor(percent(sizeBytes, requiredBytes));
  return `${bytesInWords(sizeBytes)} of ${bytesInWords(requiredBytes)} required (${part} %)`;
}

function aboutOf({ architecture, quantization, stable }: ModelFact): string {
  const kind = [architecture, quantization].filter((each) => each !== undefined && each !== '').join(', ');
  const rest = stable === undefined ? '' : stable ? 'at rest' : 'changing';
  return [kind, rest].filter((each) => each !== '').join('; ');
}
