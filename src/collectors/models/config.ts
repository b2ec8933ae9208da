import { z } from 'zod';
import { duration } from '../../core/duration.ts';
import { modelFormats } from '../../sources/model-file/types.ts';
import type { ModelFormat } from '../../sources/model-file/types.ts';

export interface ModelConfig {
  readonly name: string;
  /** Undefined: found from the program's command line, its start script or its directory. */
  readonly path?: string | undefined;
  readonly program: string;
  /** Undefined: told by the name, or a directory for faster-whisper. */
  readonly format?: ModelFormat | undefined;
}

export interface DirectoryConfig {
  readonly path: string;
  /** Glob pattern of names; undefined: everything below the directory. */
  readonly match?: string | undefined;
  readonly program: string;
}

export interface ModelsConfig {
  readonly interval: number;
  readonly timeout: number;
  readonly stable_for: number;
  readonly files: readonly ModelConfig[];
  readonly directories: readonly DirectoryConfig[];
}

const absolutePath = z.string().regex(/^\//, 'expected an absolute path');
const name = z.string().min(1);

const file = z.strictObject({
  name,
  path: absolutePath.optional(),
  program: name,
  format: z.enum(modelFormats).optional(),
});

const directory = z.strictObject({ path: absolutePath, match: name.optional(), program: name });

const defaultFiles: readonly ModelConfig[] = [{ name: 'llama', program: 'llama', format: 'gguf' }];

const defaultDirectories: readonly DirectoryConfig[] = [
  { path: '/workspace/packages/models/llm', match: '*.gguf', program: 'llama' },
  { path: '/workspace/packages/models/whisperx', program: 'worker-gpu' },
];

export const modelsConfigSchema: z.ZodType<ModelsConfig> = z.strictObject({
  interval: duration('5s'),
  timeout: duration('5s'),
  stable_for: duration('3s'),
  files: z
    .array(file)
    .superRefine(refuseTwice('name'))
    .default([...defaultFiles]),
  directories: z
    .array(directory)
    .superRefine(refuseTwice('path'))
    .default([...defaultDirectories]),
});

function refuseTwice<Key extends string>(key: Key) {
  return (entries: readonly Readonly<Record<Key, string>>[], context: z.RefinementCtx): void => {
    for (const [index, entry] of entries.entries()) {
      if (entries.findIndex((other) => other[key] === entry[key]) === index) continue;
      context.addIssue({ code: 'custom', path: [index, key], message: `${entry[key]} is there already` });
    }
  };
}
