import { readConfigFiles } from './config-files.ts';
import { readWorkingDirectory } from './working-directory.ts';

/** What the file agent does for this source. */
export const supervisordOperations = [readConfigFiles, readWorkingDirectory] as const;
