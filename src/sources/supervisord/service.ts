import * as path from 'node:path';
import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { readSmallFile } from '../http-probe/small-file.ts';
import { rpcAddress } from './address.ts';
import type { RpcAddress } from './address.ts';
import { fetchSnapshot } from './client.ts';
import { createConfigReader } from './config-reader.ts';
import type { Environment } from './config-file.ts';
import { NotAskedError } from './fault.ts';
import { shareLatest, untilAborted } from './share-latest.ts';
import type { SupervisordConfig, SupervisordService } from './types.ts';
import { readWorkingDirectory } from './working-directory.ts';

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
  let pid = 0;
  const readConfig = createConfigReader(host, configFile, settings.environment, timeoutMs);

  async function readOrGuess(): Promise<SupervisordConfig> {
    return readConfig().catch((error: unknown) => withoutFile(error, settings));
  }

  async function config(): Promise<SupervisordConfig> {
    const found = await readOrGuess();
    return {
      ...found,
      serverUrl: settings.serverUrl ?? found.serverUrl,
      username: settings.username ?? found.username,
      password: undefined,
      mainLog: settings.mainLog ?? (await absolute(found.mainLog)),
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

  /** supervisord takes a relative path from where it was started, and stays there. */
  async function absolute(file: string | undefined): Promise<string | undefined> {
    if (file === undefined || path.isAbsolute(file)) return file;
    if (pid === 0) return undefined;
    const link = `/proc/${pid}/cwd`;
    const found = await host.files.call(readWorkingDirectory, link, {}, { timeoutMs }).catch(() => undefined);
    return found === undefined ? undefined : path.join(found.directory, file);
  }

  async function findAddress(): Promise<RpcAddress> {
    const found = await readOrGuess();
    const serverUrl = settings.serverUrl ?? found.serverUrl;
    if (serverUrl === undefined) {
      throw new SourceError('unavailable', `${configFile} names no RPC server; add one or set supervisor.server_url`);
    }
    const { passwordFile } = settings;
    const username = settings.username ?? found.username;
    const password = passwordFile === undefined ? found.password : await readPassword(passwordFile);
    return rpcAddress(serverUrl, { username, password });
  }

  let isAsking = false;
  const notAsked = (error: unknown): unknown =>
    !isAsking && error instanceof SourceError && error.reason === 'timeout'
      ? new NotAskedError({ cause: error })
      : error;

  const snapshots = shareLatest(host.clock, async () => {
    isAsking = false;
    const address = await findAddress().catch((error: unknown) => {
      throw notAsked(error);
    });
    isAsking = true;
    const snapshot = await fetchSnapshot(host.http, address, { timeoutMs, nowMs: () => host.clock.now() });
    pid = snapshot.pid;
    return snapshot;
  });

  return {
    snapshot: ({ maxAgeMs, signal }) =>
      snapshots(maxAgeMs, signal).catch((error: unknown) => {
        throw notAsked(error);
      }),
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
