import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { startApp } from '../app.ts';
import type { App } from '../app.ts';
import { readVersion } from '../assets.ts';
import { collectors } from '../collectors/index.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { errorMessage } from '../core/errors.ts';
import type { Clock, Logger } from '../core/host.ts';
import { LockedError } from '../core/lock.ts';
import { logFormats, logLevels } from '../core/log.ts';
import type { LogFormat, LogLevel } from '../core/log.ts';
import { openNoState, openState } from '../core/state.ts';
import type { StateStore } from '../core/state.ts';
import { createHost, createStderrLogger } from '../host.ts';
import { createWebApp } from '../web/app.ts';
import { listen, ListenError, parseListenAddress } from '../web/listen.ts';
import type { Listener } from '../web/listen.ts';
import { loadWebConfig } from '../web/web-config.ts';
import { configFileOption } from './config.ts';
import type { ConfigFileOption } from './config.ts';
import { leave } from './leave.ts';
import { parseTelemetryPath } from './telemetry-path.ts';
import { fail, orExit } from './usage.ts';

interface ServeOptions extends ConfigFileOption {
  readonly 'web.listenAddress'?: readonly string[];
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
  readonly [flag: string]: unknown;
}

const defaultAddress = ':10042';
const warmUpMs = 3_000;
// What still runs after this is abandoned: supervisors kill after ten seconds, and a port must be free at once.
const exitAfterMs = 1_800;

/** `serve`, the default command. */
export function serveCommand(): Command {
  const command = configFileOption(new Command('serve').description('serve metrics (the default command)'))
    .addOption(
      new Option(
        '--web.listen-address <address>',
        `where to listen, repeatable (default: ${defaultAddress})`,
      ).argParser((address: string, earlier: readonly string[] = []) => [...earlier, address]),
    )
    .option('--web.telemetry-path <path>', 'path of the metrics', '/metrics')
    .option('--web.config.file <file>', 'TLS and basic authentication, as in Prometheus exporters')
    .addOption(new Option('--log.level <level>', 'least severe level to log').choices([...logLevels]).default('info'))
    .addOption(new Option('--log.format <format>', 'form of a log line').choices([...logFormats]).default('logfmt'));
  for (const { name } of collectors) command.option(`--no-collector.${name}`, `switch the collector ${name} off`);
  // The default command gets whatever is not the name of another one.
  return command.allowExcessArguments().action((options: ServeOptions) => {
    const [extra] = command.args;
    if (extra !== undefined) fail(`found ${extra}, expected serve, check, gate, config or a flag (see --help)`, 2);
    return serve(options);
  });
}

async function serve(options: ServeOptions): Promise<void> {
  const config = orExit(() => loadConfig(options['config.file']));
  const web = orExit(() => loadWebConfig(options['web.config.file']));
  const addresses = orExit(() => (options['web.listenAddress'] ?? [defaultAddress]).map(parseListenAddress));
  const telemetryPath = orExit(() => parseTelemetryPath(options['web.telemetryPath']));
  const log = createStderrLogger(options['log.level'], options['log.format']);
  const host = createHost(log);
  const version = readVersion();
  const state = await openStateOrNone(config, host.clock, log);
  const disabled = new Set(collectors.map(({ name }) => name).filter((name) => options[`collector.${name}`] === false));
  await host.files.warmUp(warmUpMs);
  const app = startApp({ config, host, state, version, disabled });
  const handler = createWebApp({ ...app, nodeName: hostname(), telemetryPath, version, users: web.users });
  let listeners: Listener[] = [];
  stopOnSignal(log, async () => {
    await Promise.all([app.stop(), ...listeners.map((listener) => listener.close())]);
    host.files.stop();
  });
  try {
    listeners = await Promise.all(addresses.map((address) => listen(address, handler, web.tls)));
  } catch (error) {
    await giveUp(app, error);
  }
  for (const { address } of listeners) log.info('listening', { address, tls: web.tls !== undefined });
}

async function openStateOrNone(config: Config, clock: Clock, log: Logger): Promise<StateStore> {
  if (config.state_dir === undefined) return openNoState(clock);
  try {
    return await openState(config.state_dir, clock, log);
  } catch (error) {
    if (error instanceof LockedError) fail(error.message, 1);
    // Better a node that is watched without memory than one that is not watched.
    log.error('state directory cannot be used; counters will begin anew after a restart', {
      state_dir: config.state_dir,
      error: errorMessage(error),
    });
    return openNoState(clock);
  }
}

async function giveUp(app: App, error: unknown): Promise<never> {
  await app.stop();
  if (error instanceof ListenError) return fail(error.message, 1);
  throw error;
}

function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    setTimeout(() => leave(0), exitAfterMs);
    void stop().finally(() => leave(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
