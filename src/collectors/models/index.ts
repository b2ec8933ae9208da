import type { Module } from '../module.ts';
import { createModelsCollector } from './collector.ts';
import { modelsConfigSchema } from './config.ts';
import type { ModelsConfig } from './config.ts';
import type { ModelsFacts } from './facts.ts';
import { modelMetrics } from './metrics.ts';

export type { DirectoryFact, FileIdentity, ModelFact, ModelsFacts, PathOrigin, ServerFact } from './facts.ts';
export type { Anomaly } from './metrics.ts';

/** A sync that says "done" is no model: looks whether the files are there, whole, at rest and visible. */
export const modelsModule: Module<ModelsConfig, ModelsFacts> = {
  name: 'models',
  metrics: modelMetrics,
  configSchema: modelsConfigSchema,
  create(config, { host, sources, restored }) {
    if (config.files.length + config.directories.length === 0) return undefined;
    return createModelsCollector(config, host, sources, restored);
  },
};
