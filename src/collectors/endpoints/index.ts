import type { Module } from '../module.ts';
import { createEndpointsCollector } from './collector.ts';
import { endpointsConfigSchema } from './config.ts';
import type { EndpointsConfig } from './config.ts';
import type { EndpointsFacts } from './facts.ts';
import { endpointMetrics } from './metrics.ts';

export type { EndpointFact, EndpointsFacts, Listeners } from './facts.ts';

/** RUNNING is not serving: asks the health endpoints, and looks who it is that answers. */
export const endpointsModule: Module<EndpointsConfig, EndpointsFacts> = {
  name: 'endpoints',
  metrics: endpointMetrics,
  configSchema: endpointsConfigSchema,
  create(config, { host, sources }) {
    return config.targets.length === 0 ? undefined : createEndpointsCollector(config, host, sources);
  },
};
