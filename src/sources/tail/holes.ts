/** Finds what is not NUL: a truncated file whose writer does not append begins with a hole that reads as NUL bytes. */

/** The runs of bytes that are not NUL, in order. */
export function* pieces(bytes: Buffer): Generator<{ start: number; end: number }> {
  let start = 0;
  while (start < bytes.length) {
    const hole = bytes.indexOf(0, start);
    if (hole < 0) {
      yield { start, end: bytes.length };
      return;
    }
    if (hole > start) yield { start, end: hole };
    start = hole;
    while (start < bytes.length && bytes[start] === 0) start += 1;
  }
}
