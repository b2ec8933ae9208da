import type { GpuFacts } from '../../collectors/gpu/facts.ts';
import type { HeldMemory } from '../../collectors/gpu/memory.ts';
import type { NodeView } from '../../checklist/types.ts';
import { bytesInWords, counted } from '../../core/words.ts';
import { markOf } from './mark.ts';
import type { Mark } from './mark.ts';
import { panelOf } from './panel.ts';
import type { Panel } from './panel.ts';
import { barOf } from './share.ts';
import type { Bar } from './share.ts';

export interface GpuView {
  /** `GPU 0 · NVIDIA H100 80GB HBM3` */
  readonly title: string;
  readonly uuid: string;
  readonly mark: Mark;
  /** `31 % busy, 54 °C, 320 of 700 W`; empty where nothing can be read. */
  readonly readings: string;
  /** `62.1 of 79.6 GiB used` */
  readonly memory: string;
  readonly bar: Bar;
  readonly holders: readonly HolderView[];
}

export interface HolderView {
  readonly kind: string;
  readonly who: string;
  readonly size: string;
}

export interface GpusView extends Panel<GpuView> {
  /** What the rows do not say; empty if nothing. */
  readonly remarks: readonly string[];
}

export function gpusOf(node: NodeView): GpusView {
  return { ...cardsOf(node), remarks: node.gpu.kind === 'known' ? remarksOf(node.gpu.facts) : [] };
}

function remarksOf({ visible, expected, memory }: GpuFacts): string[] {
  return [
    ...(visible < expected || visible === 0 ? [`${visible} of ${counted(expected, 'expected card')} visible.`] : []),
    ...(visible > 0 && memory === undefined ? ['Who holds their memory is not known here.'] : []),
  ];
}

function cardsOf(node: NodeView): Panel<GpuView> {
  return panelOf(node, 'gpu', (facts) => [
    ...facts.cards.map((card) => cardView(card, facts)),
    ...facts.missing.map(({ uuid, index, name }) => ({
      title: titleOf(index, name),
      uuid,
      mark: markOf('fail', 'not visible'),
      readings: '',
      memory: '',
      bar: { parts: [] },
      holders: [],
    })),
  ]);
}

function cardView(card: GpuFacts['cards'][number], { memory }: GpuFacts): GpuView {
  const { uuid, index, name, readable, flags, readings } = card;
  const { memoryTotalBytes: total, memoryUsedBytes: used, utilizationRatio: busy } = readings;
  const { temperatureCelsius: heat, powerWatts: power, powerLimitWatts: powerLimit } = readings;
  const isRepairPending = flags.rowRemapPending === true || flags.pageRetirementPending === true;
  const held = (memory ?? []).filter((each) => each.uuid === uuid).map(holderOf);
  return {
    title: titleOf(index, name),
    uuid,
    mark: readable ? (isRepairPending ? markOf('fail', 'repair pending') : markOf('pass', 'readable')) : unreadable,
    readings: [
      ...(busy === undefined ? [] : [`${Math.round(100 * busy)} % busy`]),
      ...(heat === undefined ? [] : [`${heat} °C`]),
      ...(power === undefined ? [] : [powerInWords(power, powerLimit)]),
    ].join(', '),
    memory: total === undefined || used === undefined ? '' : `${bytesInWords(used)} of ${bytesInWords(total)} used`,
    bar: total === undefined ? { parts: [] } : memoryBar(total, used, held),
    holders: held.map(({ kind, who, bytes }) => ({
      kind,
      who,
      size: bytes === undefined ? 'size not known' : bytesInWords(bytes),
    })),
  };
}

const unreadable = markOf('fail', 'not readable');

function titleOf(index = '', name = ''): string {
  return [`GPU ${index === '' ? '?' : index}`, name].filter((each) => each !== '').join(' · ');
}

function powerInWords(watts: number, limit: number | undefined): string {
  return limit === undefined ? `${Math.round(watts)} W` : `${Math.round(watts)} of ${Math.round(limit)} W`;
}

interface Holder {
  readonly kind: string;
  readonly who: string;
  readonly bytes: number | undefined;
}

function holderOf({ owner, program, bytes }: HeldMemory, index: number): Holder {
  switch (owner) {
    case 'program':
      return { kind: `owner-${index % 6}`, who: program ?? 'a program', bytes };
    case 'orphan':
      return { kind: 'bad', who: program === undefined ? 'orphan' : `orphan of ${program}`, bytes };
    case 'foreign':
      return { kind: 'used', who: 'another process', bytes };
    case 'unknown':
      return { kind: 'used', who: 'a process that is not visible from here', bytes };
    default:
      return owner satisfies never;
  }
}

/** Holders first, then what is used beyond them: the driver's own part, and those that tell no size. */
function memoryBar(total: number, used: number | undefined, held: readonly Holder[]): Bar {
  const parts = held.map(({ kind, bytes }) => ({ kind, value: bytes ?? 0 }));
  const told = parts.reduce((sum, { value }) => sum + value, 0);
  return barOf(total, [...parts, { kind: 'used', value: Math.max(0, (used ?? 0) - told) }]);
}
