import type { TimedEvent } from '../../core/contract.ts';
import type { RunEvent } from './runs.ts';

/**
 * A start or an exit for the history. `mark` makes the id unique and the same again when the line is read again: the
 * line's time as it is written, or what the RPC said.
 */
export function historyEvent(program: string, event: RunEvent, atMs: number, mark: string): TimedEvent {
  const id = `${event.kind} ${program} ${event.pid} ${mark}`;
  if (event.kind === 'start') return { id, atMs, kind: 'start', subject: program, detail: event.trigger };
  const detail = event.code === undefined ? event.cause : `${event.cause} ${event.code}`;
  const value = event.seconds === undefined ? {} : { value: event.seconds };
  return { id, atMs, kind: 'exit', subject: program, detail, ...value };
}

/** A state that was seen for the first time. */
export function stateEvent(program: string, state: string, atMs: number): TimedEvent {
  return { id: `state ${program} ${state} ${Math.round(atMs)}`, atMs, kind: 'state', subject: program, detail: state };
}
