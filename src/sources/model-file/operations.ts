import { measureDirectory } from './directory.ts';
import { lookAtModel } from './look.ts';
import { findMappedModels } from './mappings.ts';
import { findMatches } from './matches.ts';
import { findNewestModel } from './newest.ts';
import { findModelServer } from './server-process.ts';
import { readStartScript } from './start-script.ts';
import { findUser } from './user.ts';

/** What the file agent can do with models and those who serve them. */
export const modelFileOperations = [
  lookAtModel,
  measureDirectory,
  findNewestModel,
  findMatches,
  findModelServer,
  findMappedModels,
  readStartScript,
  findUser,
] as const;
