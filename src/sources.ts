import type { Config } from './config/schema.ts';
import type { Host } from './core/host.ts';
import type { Sources } from './sources/index.ts';

/** The services that collectors share, for this configuration. */
export function createSources(_config: Config, _host: Host): Sources {
  throw new Error('not wired');
}
