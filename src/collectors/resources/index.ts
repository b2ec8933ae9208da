import { z } from 'zod';
import type { CollectorTiming } from '../../core/contract.ts';
import { duration } from '../../core/duration.ts';
import type { Module } from '../module.ts';
import { createResourcesCollector } from './collector.ts';
import type { ResourcesFacts } from './facts.ts';
import { resourceMetrics } from './metrics.ts';

export type { OrphanProcess, ProgramResources, ResourcesFacts } from './facts.ts';

/** What each target program uses of the machine, all of its processes together. */
export const resourcesModule: Module<CollectorTiming, ResourcesFacts> = {
  name: 'resources',
  metrics: resourceMetrics,
  configSchema: z.strictObject({ interval: duration('5s'), timeout: duration('2s') }),
  create(config, { host, sources, programs }) {
    return programs.length === 0 ? undefined : createResourcesCollector(config, programs, host, sources);
  },
};
