import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { timeoutSignal } from '../../core/timeout-signal.ts';
import { configVersion, readSupervisordConfig } from './config-file.ts';
import type { ConfigReading, Environment } from './config-file.ts';
import { shareLatest } from './share-latest.ts';
import type { SupervisordConfig } from './types.ts';

// However often the configuration is asked for, its files are looked at no more often than this.
const checkEveryMs = 5_000;
// What was read before serves when looking again takes longer than this.
const patienceMs = 250;

/** Reads supervisord.conf again when a file of it has changed; a file that has become unreadable leaves the last reading. */
export function createConfigReader(
  host: Host,
  configFile: string,
  environment: Environment,
  timeoutMs: number,
): () => Promise<SupervisordConfig> {
  const warned = new Set<string>();
  let known: ConfigReading | undefined;

  async function look(): Promise<ConfigReading> {
    if (known !== undefined) {
      const version = await configVersion(host.files, configFile, known.patterns, { timeoutMs });
      if (version === known.version) return known;
    }
    const reading = await readSupervisordConfig(host.files, configFile, environment, { timeoutMs });
    warn(reading.config.warnings);
    known = reading;
    return reading;
  }

  function warn(warnings: readonly string[]): void {
    for (const warning of warnings) {
      if (warned.size > 100 || warned.has(warning)) continue;
      warned.add(warning);
      host.log.warn('supervisord configuration', { file: configFile, warning });
    }
  }

  const latest = shareLatest(host.clock, look);
  return async () => {
    const before = known;
    try {
      const reading = await latest(checkEveryMs, before === undefined ? undefined : timeoutSignal(patienceMs));
      return reading.config;
    } catch (error) {
      if (before === undefined) throw unreadable(error, configFile);
      return before.config;
    }
  };
}

function unreadable(error: unknown, configFile: string): SourceError {
  const reason = error instanceof SourceError ? error.reason : 'error';
  const text = `${configFile} cannot be read (${errorMessage(error)}); set supervisor.config_file or server_url`;
  return new SourceError(reason, text, { cause: error });
}
