import { readConfigFiles } from './config-files.ts';

/** What the file agent does for this source. */
export const supervisordOperations = [readConfigFiles] as const;
