import type { TimedEvent } from '../../core/contract.ts';
import { busOf } from '../../sources/kmsg/xid.ts';
import type { Card, Cards } from '../../sources/nvidia-smi/cards.ts';
import type { GpuHardware } from '../../sources/nvidia-smi/hardware.ts';
import type { GpuConfig } from './config.ts';
import type { KnownCard } from './saved.ts';

export interface Inventory {
  readonly expected: number;
  readonly cards: readonly KnownCard[];
}

/** A card of the newest answer; who it is comes from memory where the card itself does not tell it any more. */
export interface SeenCard extends Card {
  readonly uuid: string;
}

/**
 * The cards that should be there: as configured; else the most that were ever seen at once. The machine itself is a floor,
 * so that a driver that was never loaded is missed: its PCI bus or, in a container, the device nodes that it was given.
 */
export function expectedCards(
  configured: GpuConfig['expected_count'],
  remembered: number,
  hardware: GpuHardware | undefined,
): number {
  if (configured !== 'auto') return configured;
  const floor = hardware?.container ? hardware.deviceNodes : hardware?.controllers;
  return Math.max(remembered, floor ?? 0);
}

/** Adds what a row no longer tells of who it is, by its uuid or its bus; leaves out those that nobody can name. */
export function identifyCards(cards: readonly Card[], known: readonly KnownCard[]): SeenCard[] {
  const named = new Set(cards.flatMap(({ uuid }) => uuid ?? []));
  return cards.flatMap((card) => {
    const bus = busOf(card.busId ?? '');
    const before =
      known.find(({ uuid }) => uuid === card.uuid) ??
      known.find(({ uuid, busId }) => bus !== undefined && busOf(busId) === bus && !named.has(uuid));
    const uuid = card.uuid ?? before?.uuid;
    if (uuid === undefined) return [];
    const { index = before?.index, name = before?.name, busId = before?.busId } = card;
    return [{ ...card, uuid, index, name, busId }];
  });
}

/** Cards that are there, bad ones included. */
export function visibleCards({ cards, listed }: Cards): number {
  return Math.max(cards.length, listed.length);
}

/** Takes a definite answer: who is there now, who was lost and who came back. */
export function updateInventory(
  inventory: Inventory,
  configured: GpuConfig['expected_count'],
  answer: { readonly cards: Cards; readonly seen: readonly SeenCard[] },
  nowMs: number,
): { inventory: Inventory; events: TimedEvent[] } {
  const visible = visibleCards(answer.cards);
  const most = Math.max(inventory.expected, visible, answer.cards.count ?? 0);
  const expected = configured === 'auto' ? most : configured;
  const seen = new Map(answer.seen.map((card) => [card.uuid, toKnown(card)]));
  const silent = inventory.cards.filter(({ uuid }) => !seen.has(uuid));
  const listed = silent.filter(({ uuid }) => answer.cards.listed.includes(uuid));
  const gone = silent.filter((card) => !listed.includes(card));
  const events = [
    ...gone.filter((card) => card.visible).map((card) => event('lost', card, nowMs)),
    ...inventory.cards
      .filter((card) => !card.visible && !gone.includes(card))
      .map((card) => event('returned', card, nowMs)),
  ];
  // Where nobody is missed, those that are gone were taken out or replaced.
  const missed = visible < expected ? gone.map((card) => ({ ...card, visible: false })) : [];
  return {
    inventory: {
      expected,
      cards: [...seen.values(), ...listed.map((card) => ({ ...card, visible: true })), ...missed],
    },
    events,
  };
}

function toKnown({ uuid, index, name, busId }: SeenCard): KnownCard {
  return { uuid, index: index ?? '', name: name ?? '', busId: busId ?? '', visible: true };
}

function event(detail: 'lost' | 'returned', { uuid }: KnownCard, atMs: number): TimedEvent {
  return { id: `gpu/${detail}/${uuid}/${atMs}`, atMs, kind: 'gpu', subject: uuid, detail };
}
