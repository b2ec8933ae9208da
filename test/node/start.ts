/** Starts a simulated GPU node: stand-ins of its three programs under a real supervisord, all in a scratch folder. */
import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { requireCommand } from '../setup/packages.ts';
import { defaultConfig, renderConfig } from './exporter-config.ts';
import { pathsBelow, writeFiles } from './layout.ts';
import type { NodePaths } from './layout.ts';
import { waitFor } from './poll.ts';
import { reservePort } from './ports.ts';
import { loadScenario } from './scenario.ts';
import type { NodeDraft, Scenario } from './scenario.ts';
import { createScratch } from './scratch.ts';
import type { Scratch } from './scratch.ts';
import { defaultPrograms, writeSupervisordConf } from './supervisord-conf.ts';
import type { NodePorts } from './supervisord-conf.ts';

export interface SimulatedNode {
  readonly scenario: Scenario;
  readonly paths: NodePaths;
  readonly ports: NodePorts;
  /** Configuration of an exporter that watches this node. */
  readonly configFile: string;
  /** Resolves when the scenario's timeline is over, rejects if it failed. */
  readonly timeline: Promise<void>;
  /** Runs supervisorctl on this node's supervisord; resolves whatever its exit code. */
  readonly supervisorctl: (...args: string[]) => Promise<{ exitCode: number; output: string }>;
  /** The text of supervisord's own log. */
  readonly mainLog: () => Promise<string>;
  readonly signalSupervisord: (signal: NodeJS.Signals) => void;
  /** To start what lives and dies with the node outside of supervisord: an exporter, a stray llama-server. */
  readonly scratch: Pick<Scratch, 'folder' | 'spawn'>;
  /** Ends the timeline, kills every process of the node and removes its folder. */
  readonly stop: () => Promise<void>;
}

export interface NodeOptions {
  /** Name of a scenario, or one of your own. */
  readonly scenario?: string | Scenario;
  /** Last changes, after the scenario's own. */
  prepare?(node: NodeDraft): void | Promise<void>;
}

/** Resolves when supervisord answers; its programs may still be starting. */
export async function startNode(options: NodeOptions = {}): Promise<SimulatedNode> {
  const { scenario = 'healthy' } = options;
  const chosen = typeof scenario === 'string' ? await loadScenario(scenario) : scenario;
  const scratch = await createScratch();
  try {
    return await startIn(scratch, chosen, options);
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}

async function startIn(scratch: Scratch, scenario: Scenario, options: NodeOptions): Promise<SimulatedNode> {
  const reserved = { api: await reservePort(), llama: await reservePort() };
  const ports = { api: reserved.api.port, llama: reserved.llama.port };
  const paths = pathsBelow(scratch.folder);
  const draft = { paths, ports, programs: defaultPrograms(paths, ports), config: defaultConfig(paths, ports) };
  writeFiles(paths);
  await scenario.prepare?.(draft);
  await options.prepare?.(draft);
  writeSupervisordConf(paths, draft.programs);
  writeFileSync(paths.exporterConfig, renderConfig(draft.config));
  const supervisord = await startSupervisord(scratch, paths);

  const ending = new AbortController();
  let failure: unknown;
  const node: SimulatedNode = {
    scenario,
    paths,
    ports,
    configFile: paths.exporterConfig,
    // A microtask later, when `node` is there.
    timeline: Promise.resolve().then(() => scenario.run?.(node, ending.signal)),
    supervisorctl: (...args) => supervisorctl(paths, args),
    mainLog: () => readFile(paths.mainLog, 'utf8'),
    signalSupervisord: (signal) => void supervisord.kill(signal),
    scratch,
    async stop() {
      ending.abort();
      await scratch.remove();
      for (const { release } of Object.values(reserved)) release();
      if (failure) throw new Error(`The timeline of ${scenario.name} failed`, { cause: failure });
    },
  };
  node.timeline.catch((error: unknown) => {
    // What fails because the node is being taken down is no failure.
    if (!ending.signal.aborted) failure = error;
  });
  return node;
}

/** In the foreground, so that it can be signalled; resolves when it answers on its socket. */
async function startSupervisord(scratch: Scratch, paths: NodePaths): Promise<ChildProcess> {
  const consoleFile = join(dirname(paths.mainLog), 'console.txt');
  const output = openSync(consoleFile, 'a');
  const supervisord = scratch.spawn(requireCommand('supervisord'), ['-n', '-c', paths.supervisordConf], {
    cwd: paths.root,
    stdio: ['ignore', output, output],
    env: {
      PATH: `${paths.bin}:${paths.app}:/usr/local/bin:/usr/bin:/bin`,
      HOME: paths.root,
      NODE_OPTIONS: '',
      STAND_IN_GPU: `${paths.gpu}/claims`,
    },
  });
  closeSync(output);
  await waitFor('supervisord', () => {
    if (supervisord.exitCode !== null) throw new Error(readFileSync(consoleFile, 'utf8'));
    return canConnect(paths.socket);
  });
  return supervisord;
}

function supervisorctl(paths: NodePaths, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve, reject) => {
    execFile(requireCommand('supervisorctl'), ['-c', paths.supervisordConf, ...args], (error, output) => {
      const exitCode = error ? error.code : 0;
      if (typeof exitCode === 'number') resolve({ exitCode, output });
      else reject(error);
    });
  });
}

function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
