/** Reads a log to its end as an agent does; prints by how many megabytes that raised the process' memory. */
import { createLineReaders } from '../../../src/sources/tail/lines-operation.ts';
import { peakMegabytes } from '../../support/peak-memory.ts';
import type { TailPosition } from '../../../src/sources/tail/types.ts';

const [, , path = ''] = process.argv;
const readers = createLineReaders();
const before = peakMegabytes();
let position: TailPosition | undefined;
let lines = 0;
for (let atEnd = false; !atEnd;) {
  const request = { consumer: 'memory', start: 'beginning' as const, maxBytes: 1_048_576 };
  const reply = await readers.read(path, position ? { ...request, position } : request);
  position = reply.position;
  lines += reply.lines.length;
  atEnd = reply.atEnd;
}
await readers.close();
const megabytes = peakMegabytes() - before;
process.stdout.write(JSON.stringify({ megabytes, lines, offset: position?.offset }));
