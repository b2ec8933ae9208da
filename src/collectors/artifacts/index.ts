import type { Module } from '../module.ts';
import { createArtifactsCollector } from './collector.ts';
import { configSchema } from './config.ts';
import type { ArtifactsConfig } from './config.ts';
import type { ArtifactsFacts } from './facts.ts';
import { metrics } from './metrics.ts';

export type { ArtifactsFacts } from './facts.ts';

/** Code, binaries, libraries and known waits: what the programs need to run, looked at before they do. */
export const artifactsModule: Module<ArtifactsConfig, ArtifactsFacts> = {
  name: 'artifacts',
  metrics,
  configSchema,
  create: (config, context) => createArtifactsCollector(config, context),
};
