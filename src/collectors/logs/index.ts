import type { Module } from '../module.ts';
import { createLogsCollector } from './collector.ts';
import { logsConfigSchema } from './config.ts';
import type { LogsConfig } from './config.ts';
import type { LogsFacts } from './facts.ts';
import { logMetrics } from './metrics.ts';

export type { ClassFacts, LogsFacts, ProgramLogFacts } from './facts.ts';
export type { LogsConfig } from './config.ts';

/** What goes wrong in the programs' logs, counted by class. */
export const logsModule: Module<LogsConfig, LogsFacts> = {
  name: 'logs',
  metrics: logMetrics,
  configSchema: logsConfigSchema,
  create(config, context) {
    if (config.files.length === 0 && context.programs.length === 0) return undefined;
    return createLogsCollector(config, context);
  },
};
