/** The classifier's memory on its way to a disk and back. */
import { emptyMemory } from './event.ts';
import type { LastEvent, Memory } from './event.ts';

/** As it can be saved: names of files mean nothing to the next process. */
export function savedMemory(memory: Memory): Memory {
  return { ...memory, recent: memory.recent.map(withoutEnd) };
}

function withoutEnd({ end, ...last }: LastEvent): LastEvent {
  void end;
  return last;
}

/** What came back; empty if it is not what this program writes, which costs at most an echo counted as an event. */
export function parseMemory(value: unknown): Memory {
  if (typeof value !== 'object' || value === null) return emptyMemory;
  const { phase, startTold, forms, recent } = value as Record<string, unknown>;
  if (!Array.isArray(forms) || !forms.every((form) => typeof form === 'string')) return emptyMemory;
  if (!Array.isArray(recent) || !recent.every(isLastEvent)) return emptyMemory;
  return {
    phase: phase === 'start' || phase === 'serve' ? phase : undefined,
    startTold: startTold === true,
    forms,
    recent,
  };
}

function isLastEvent(value: unknown): value is LastEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { rank, firstMs, lastMs, hasTrace, fatal, subject } = value as Record<string, unknown>;
  const isTime = (time: unknown): boolean => time === undefined || typeof time === 'number';
  return (
    typeof rank === 'number' &&
    isTime(firstMs) &&
    isTime(lastMs) &&
    typeof hasTrace === 'boolean' &&
    typeof fatal === 'boolean' &&
    (subject === undefined || typeof subject === 'string')
  );
}
