/**
 * What stands before each line of one output: the container's name in `docker compose logs`, the time in `docker logs -t`,
 * the journal's source, torchrun's `[rank0]: `, vLLM's level, time and file.
 */

/** Takes the head off lines that have it. The line after the first tells how much of the head the others have too. */
export function createHeads(first: string): (line: string) => string {
  let head = first === '' ? '' : undefined;
  return (line) => {
    head ??= sharedBy(first, line);
    return head !== '' && shapeOf(line.slice(0, head.length)) === head ? line.slice(head.length) : line;
  };
}

/** The shape of what both lines begin with, if it is more than an indentation. */
function sharedBy(first: string, second: string): string {
  const [one, other] = [shapeOf(first), shapeOf(second)];
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  const shared = one.slice(0, length);
  return /\S.*[\s|\]:>]$/.test(shared) ? shared : '';
}

/** Times and counts differ from line to line. */
function shapeOf(text: string): string {
  return text.replace(/\d/g, '0');
}
