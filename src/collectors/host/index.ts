import type { Module } from '../module.ts';
import { createHostCollector } from './collector.ts';
import { configSchema } from './config.ts';
import type { HostConfig } from './config.ts';
import type { HostFacts } from './facts.ts';
import { metrics } from './metrics.ts';

export type { HostFacts } from './facts.ts';

/** Memory, swap, file systems and OOM kills of the node. */
export const hostModule: Module<HostConfig, HostFacts> = {
  name: 'host',
  metrics,
  configSchema,
  create: (config, context) => createHostCollector(config, context),
};
