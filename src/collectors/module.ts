import type { CollectorModule, CollectorTiming } from '../core/contract.ts';
import type { Sources } from '../sources/index.ts';

/** A collector as `src/collectors/index.ts` lists it. */
export type Module<Config extends CollectorTiming, Facts> = CollectorModule<Config, Facts, Sources>;
