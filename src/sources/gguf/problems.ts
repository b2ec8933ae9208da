import type { GgufHeader } from './types.ts';

/** Ends the reading of a header with the verdict that it carries. */
export class HeaderProblem extends Error {
  override readonly name = 'HeaderProblem';
  readonly header: GgufHeader;

  constructor(header: Exclude<GgufHeader, { status: 'ok' }>) {
    super(header.reason);
    this.header = header;
  }
}

export function invalid(reason: string): HeaderProblem {
  return new HeaderProblem({ status: 'invalid', reason });
}

/** In a preallocated file the rest of a half-written header reads as names without a letter and tensors without a size. */
export const notWritten = 'the header goes on in zeros, as in a preallocated file';

export function unsupported(reason: string): HeaderProblem {
  return new HeaderProblem({ status: 'unsupported', reason });
}

export function truncated(atLeastBytes: number): HeaderProblem {
  return new HeaderProblem({
    status: 'truncated',
    reason: `the header goes on beyond the end of the file, to byte ${atLeastBytes} at least`,
    atLeastBytes,
  });
}
