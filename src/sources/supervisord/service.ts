import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { readSmallFile } from '../http-probe/small-file.ts';
import { rpcAddress } from './address.ts';
import { fetchSnapshot } from './client.ts';
import { createConfigReader } from './config-reader.ts';
import type { Environment } from './config-file.ts';
import { shareLatest, untilAborted } from './share-latest.ts';
import type { SupervisordConfig, SupervisordService } from './types.ts';

export interface SupervisordSettings {
  readonly configFile: string;
  /** These four win over what the configuration file says. */
  readonly serverUrl?: string | undefined;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly mainLog?: string | undefined;
  /** Of one RPC, and of one look at a file. */
  readonly timeoutMs: number;
  /** For `%(ENV_X)s`; supervisord's own environment is not known. */
  readonly environment: Environment;
}

/** There is one of this in a process. */
export function createSupervisordService(host: Host, settings: SupervisordSettings): SupervisordService {
  const { configFile, timeoutMs } = settings;
  const readConfig = createConfigReader(host, configFile, settings.environment, timeoutMs);

  async function withPassword(): Promise<SupervisordConfig> {
    const found = await readConfig().catch((error: unknown) => withoutFile(error, settings));
    return {
      ...found,
      serverUrl: settings.serverUrl ?? found.serverUrl,
      username: settings.username ?? found.username,
      password: settings.passwordFile === undefined ? found.password : await readPassword(settings.passwordFile),
      mainLog: settings.mainLog ?? found.mainLog,
    };
  }

  async function readPassword(file: string): Promise<string> {
    try {
      const { text } = await host.files.call(readSmallFile, file, {}, { timeoutMs });
      return text?.split(/\r?\n/)[0] ?? '';
    } catch (error) {
      const reason = error instanceof SourceError ? error.reason : 'error';
      throw new SourceError(reason, `supervisor.password_file cannot be read: ${errorMessage(error)}`, {
        cause: error,
      });
    }
  }

  const snapshots = shareLatest(host.clock, async () => {
    const { serverUrl, username, password } = await withPassword();
    if (serverUrl === undefined) {
      throw new SourceError('unavailable', `${configFile} names no RPC server; add one or set supervisor.server_url`);
    }
    const address = rpcAddress(serverUrl, { username, password });
    return fetchSnapshot(host.http, address, { timeoutMs, nowMs: () => host.clock.now() });
  });
  async function config(): Promise<SupervisordConfig> {
    return { ...(await withPassword()), password: undefined };
  }

  return {
    snapshot: ({ maxAgeMs, signal }) => snapshots(maxAgeMs, signal),
    config: (signal) => (signal === undefined ? config() : untilAborted(config(), signal)),
  };
}

/** Where the server is known anyway, a missing supervisord.conf only costs the stanzas. */
function withoutFile(error: unknown, { configFile, serverUrl }: SupervisordSettings): SupervisordConfig {
  if (serverUrl === undefined) throw error;
  return {
    file: configFile,
    serverUrl,
    username: undefined,
    password: undefined,
    mainLog: undefined,
    mainLogRotation: { maxBytes: 0, backups: 0 },
    logLevel: 'info',
    identifier: 'supervisor',
    programs: [],
    warnings: [errorMessage(error)],
  };
}
