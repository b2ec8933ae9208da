import * as os from 'node:os';
import * as path from 'node:path';
import type { Files } from '../../core/host.ts';
import { readConfigFiles } from './config-files.ts';
import type { ConfigFile } from './config-files.ts';
import { parseEnvironment } from './environment.ts';
import type { Expansions } from './expand.ts';
import { readPrograms } from './programs.ts';
import { mergeSections } from './sections.ts';
import type { Sections } from './sections.ts';
import { readServer } from './server-section.ts';
import type { SupervisordConfig } from './types.ts';
import { rotation } from './values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ConfigReading {
  readonly config: SupervisordConfig;
  /** The patterns of [include], to look whether anything changed. */
  readonly patterns: readonly string[];
  /** Changes when a file of it changes, comes or goes. */
  readonly version: string;
}

/** Reads supervisord.conf and its includes. Throws `SourceError` if the main file cannot be read. */
export async function readSupervisordConfig(
  files: Files,
  configFile: string,
  environment: Environment,
  options: ReadOptions,
): Promise<ConfigReading> {
  const main = await files.call(readConfigFiles, configFile, { patterns: [], withText: true }, options);
  const patterns = includePatterns(main.files, environment);
  const all =
    patterns.length === 0 ? main : await files.call(readConfigFiles, configFile, { patterns, withText: true }, options);
  const config = parseSupervisordConfig(configFile, all.files, environment);
  const unmatched = all.unmatched.map((pattern) => `[include]: nothing matches ${pattern}`);
  return {
    config: { ...config, warnings: [...config.warnings, ...unmatched] },
    patterns,
    version: versionOf(all.files),
  };
}

/** The version of the files as they are now; to compare with that of a reading. */
export async function configVersion(
  files: Files,
  configFile: string,
  patterns: readonly string[],
  options: ReadOptions,
): Promise<string> {
  const { files: found } = await files.call(readConfigFiles, configFile, { patterns, withText: false }, options);
  return versionOf(found);
}

function versionOf(files: readonly ConfigFile[]): string {
  return files.map(({ path: file, version }) => `${file} ${version}`).join('\n');
}

function includePatterns(files: readonly ConfigFile[], environment: Environment): string[] {
  const sections = mergeSections(files, commonExpansions(environment), () => {});
  return (sections.get('include', 'files') ?? '').split(/\s+/).filter((pattern) => pattern !== '');
}

const maxWarnings = 20;

/** The main file and its includes, in the order in which supervisord reads them. Never throws. */
export function parseSupervisordConfig(
  configFile: string,
  files: readonly ConfigFile[],
  environment: Environment,
): SupervisordConfig {
  const warnings = new Set<string>();
  const warn = (text: string): void => {
    if (warnings.size < maxWarnings) warnings.add(text);
  };
  for (const { path: file, error } of files) if (error !== undefined) warn(`${file} cannot be read: ${error}`);

  const expansions = commonExpansions(environment);
  const sections = mergeSections(files, expansions, warn);
  if (!sections.has('supervisord')) warn(`${configFile} has no [supervisord] section`);
  const own = parseEnvironment(sections.get('supervisord', 'environment') ?? '');
  for (const [name, value] of own) expansions.set(`ENV_${name}`, value);

  return {
    file: configFile,
    ...readServer(sections, warn),
    mainLog: mainLog(sections, warn),
    mainLogRotation: rotation((option) => sections.get('supervisord', `logfile_${option}`)),
    logLevel: (sections.get('supervisord', 'loglevel') ?? 'info').toLowerCase(),
    identifier: sections.get('supervisord', 'identifier') ?? 'supervisor',
    programs: readPrograms(sections, expansions, warn),
    warnings: [...warnings],
  };
}

function commonExpansions(environment: Environment): Map<string, string | number> {
  const expansions = new Map<string, string | number>([['host_node_name', os.hostname()]]);
  for (const [name, value] of Object.entries(environment)) expansions.set(`ENV_${name}`, value ?? '');
  return expansions satisfies Expansions;
}

function mainLog(sections: Sections, warn: (text: string) => void): string | undefined {
  const file = sections.get('supervisord', 'logfile') ?? 'supervisord.log';
  if (file === 'syslog') {
    warn('[supervisord] logfile=syslog: restarts can only be counted by polling');
    return undefined;
  }
  return path.normalize(file.replace(/^~(?=\/|$)/, os.homedir()));
}
