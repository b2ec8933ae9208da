import { readCommandLines } from './command-line.ts';
import { readProcessEnvironment } from './environment.ts';
import { readListeners } from './listeners.ts';
import { readProcesses } from './processes.ts';
import { readProcessResources } from './resources.ts';
import { findSocketHolders } from './socket-holders.ts';

/** What the file agent can do with /proc; the path of each is the root of the proc file system. */
export const procfsOperations = [
  readProcesses,
  readProcessEnvironment,
  readCommandLines,
  readListeners,
  findSocketHolders,
  readProcessResources,
] as const;
