import type { Module } from '../module.ts';
import { createGpuCollector } from './collector.ts';
import { gpuConfigSchema } from './config.ts';
import type { GpuConfig } from './config.ts';
import type { GpuFacts } from './facts.ts';
import { gpuMetrics } from './metrics.ts';

export const gpuModule: Module<GpuConfig, GpuFacts> = {
  name: 'gpu',
  metrics: gpuMetrics,
  configSchema: gpuConfigSchema,
  create: createGpuCollector,
};
