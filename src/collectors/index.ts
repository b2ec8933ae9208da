import type { ZodType } from 'zod';
import type { Collector, CollectorContext, CollectorTiming, MetricDefinition } from '../core/contract.ts';
import type { Sources } from '../sources/index.ts';
import { artifactsModule } from './artifacts/index.ts';
import { endpointsModule } from './endpoints/index.ts';
import { gpuModule } from './gpu/index.ts';
import { hostModule } from './host/index.ts';
import { logsModule } from './logs/index.ts';
import { modelsModule } from './models/index.ts';
import { resourcesModule } from './resources/index.ts';
import { supervisorModule } from './supervisor/index.ts';

/** A collector whose config type is known only to itself. */
export interface AnyModule {
  readonly name: string;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  readonly configSchema: ZodType<CollectorTiming>;
  create(config: never, context: CollectorContext<Sources>): Collector | undefined;
}

/** Every collector: one line each. */
export const collectors: readonly AnyModule[] = [
  supervisorModule,
  resourcesModule,
  endpointsModule,
  gpuModule,
  hostModule,
  artifactsModule,
  modelsModule,
  logsModule,
];
