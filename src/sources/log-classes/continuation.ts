/** Plain lines after the one that opened an event: what() of a C++ exception, Node's stack, or nothing that says more. */
import { weigh } from './event.ts';
import type { OpenEvent } from './event.ts';
import { isLoneException } from './exceptions.ts';
import { verdictOn } from './rules.ts';

/** Adds what such a line says to the event; true if it says something. */
export function saysMore(event: OpenEvent, message: string): boolean {
  // warnings.warn() of a text that begins with a newline.
  const warned = event.text === '' && !event.counts ? verdictOn(message, 'warning') : undefined;
  weigh(event, warned);
  if (warned) event.counts = true;
  const told = whatOf(message) ?? (isLoneException(message) ? message : undefined);
  if (told !== undefined) weigh(event, verdictOn(told, 'exception'));
  // Node prints the fields of what was logged, one a line.
  if (errorField.test(message)) weigh(event, verdictOn(message.trim(), 'exception'));
  const isStack = /^\s+at \S/.test(message);
  if (isStack) event.counts = event.hasStack = true;
  return isStack || (warned ?? told) !== undefined;
}

/** The message of a C++ exception that nobody caught: libstdc++'s terminate handler. */
export function whatOf(message: string): string | undefined {
  return /^\s*what\(\): +(.*)$/.exec(message)?.[1];
}

const errorField = /^\s+(?:error|err|cause|\[cause\]|details|message|stack): /;
