import { z } from 'zod';
import { duration } from '../../core/duration.ts';

const filesystemSchema = z.strictObject({
  path: z.string().regex(/^\//, 'expected an absolute path'),
  require_mount: z.boolean().default(false),
});

export const configSchema = z.strictObject({
  interval: duration('15s'),
  timeout: duration('5s'),
  filesystems: z
    .array(filesystemSchema)
    .refine((list) => new Set(list.map(({ path }) => path)).size === list.length, 'expected each path once')
    .default([{ path: '/workspace', require_mount: false }]),
});

export type HostConfig = z.output<typeof configSchema>;
