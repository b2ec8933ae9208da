/** Reads a log to its end as the file agent does; prints by how many megabytes that raised the process' memory. */
import { closeLogEventReaders, readLogEvents } from '../../../src/sources/log-classes/operation.ts';
import { peakMegabytes } from '../../support/peak-memory.ts';
import type { LogEventsResult } from '../../../src/sources/log-classes/operation.ts';

const [, , path = ''] = process.argv;
const before = peakMegabytes();
let result: LogEventsResult | undefined;
let events = 0;
do {
  const acknowledged = result?.position && { position: result.position, memory: result.memory };
  const request = { consumer: 'memory', startedMs: 1, userClasses: [], maxBytes: 4 * 1_048_576 };
  result = await readLogEvents.run(path, { ...request, ...acknowledged });
  events += Object.values(result.counts).reduce((sum, count) => sum + count, 0);
} while (!result.atEnd);
await closeLogEventReaders();
const megabytes = peakMegabytes() - before;
process.stdout.write(JSON.stringify({ megabytes, events }));
