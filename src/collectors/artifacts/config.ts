import { z } from 'zod';
import { duration } from '../../core/duration.ts';

const path = z.string().regex(/^\//, 'expected an absolute path');
const program = z.string().min(1);

const binarySchema = z.strictObject({
  name: z.string().min(1),
  program,
  /** Searched besides what the program's own environment says. */
  library_path: z.array(path).default([]),
});

const timeoutSchema = z.strictObject({
  program,
  name: z.string().regex(/^(?!startsecs$)[A-Za-z_]\w*$/, 'expected the name of an environment variable'),
  files: z.array(path).default([]),
});

export const configSchema = z.strictObject({
  interval: duration('60s'),
  timeout: duration('5s'),
  paths: z
    .array(path)
    .default(['/workspace/src/api/main.py', '/workspace/packages/models/llm', '/workspace/packages/models/whisperx']),
  binaries: z
    .array(binarySchema)
    .refine((list) => areDistinct(list), 'expected each binary of a program once')
    .default([{ name: 'llama-server', program: 'llama', library_path: ['/app'] }]),
  timeouts: z
    .array(timeoutSchema)
    .refine((list) => areDistinct(list), 'expected each variable of a program once')
    .default([
      {
        program: 'llama',
        name: 'LLAMA_WAIT_SECONDS',
        files: ['/workspace/scripts/start-llama.sh', '/usr/local/bin/start-llama.sh'],
      },
    ]),
});

function areDistinct(list: readonly { readonly name: string; readonly program: string }[]): boolean {
  return new Set(list.map(({ name, program }) => `${program} ${name}`)).size === list.length;
}

export type ArtifactsConfig = z.output<typeof configSchema>;
