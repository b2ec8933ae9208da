import type { Status } from '../../checklist/types.ts';

/** A status by colour, by shape and in a word: none of them alone. */
export interface Mark {
  readonly status: Status;
  readonly shape: string;
  readonly word: string;
}

const marks: Readonly<Record<Status, Mark>> = {
  pass: { status: 'pass', shape: '✓', word: 'PASS' },
  fail: { status: 'fail', shape: '✗', word: 'FAIL' },
  unknown: { status: 'unknown', shape: '?', word: 'UNKNOWN' },
};

/** `word`: what to say instead of the status, such as the state of a program. */
export function markOf(status: Status, word = marks[status].word): Mark {
  return { ...marks[status], word };
}
