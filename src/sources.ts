import type { SupervisorConfig } from './collectors/supervisor/config.ts';
import type { Config } from './config/schema.ts';
import type { Host } from './core/host.ts';
import type { Sources } from './sources/index.ts';
import { createOwnerService } from './sources/procfs/owners.ts';
import { createSupervisordService } from './sources/supervisord/service.ts';

/** The services that collectors share, for this configuration. */
export function createSources(config: Config, host: Host): Sources {
  // The section exists even when the collector of its name is switched off: others ask supervisord too.
  const section = config['supervisor'] as SupervisorConfig;
  const supervisord = createSupervisordService(host, {
    configFile: section.config_file,
    serverUrl: section.server_url,
    username: section.username,
    passwordFile: section.password_file,
    mainLog: section.main_log,
    timeoutMs: section.timeout,
    environment: process.env,
  });
  return { supervisord, owners: createOwnerService(host, supervisord) };
}
