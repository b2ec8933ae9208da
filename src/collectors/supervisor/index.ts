import type { Module } from '../module.ts';
import { createSupervisorCollector } from './collector.ts';
import { configSchema } from './config.ts';
import type { SupervisorConfig } from './config.ts';
import type { SupervisorFacts } from './facts.ts';
import { metrics } from './metrics.ts';

export type { SupervisorConfig } from './config.ts';
export type { ProgramFacts, ProgramNow, SupervisorFacts } from './facts.ts';

/** supervisord's own state, its programs' states, and every start and exit of them. */
export const supervisorModule: Module<SupervisorConfig, SupervisorFacts> = {
  name: 'supervisor',
  metrics,
  configSchema,
  create: createSupervisorCollector,
};
