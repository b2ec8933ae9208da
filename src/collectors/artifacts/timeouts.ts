import type { ArtifactsConfig } from './config.ts';
import type { TimeoutFacts } from './facts.ts';
import { programsNamed } from './programs.ts';
import type { ProgramContext } from './programs.ts';
import { readScripts } from './scripts.ts';
import type { ReadOptions } from './scripts.ts';

/**
 * Waits that a program is known to have. A script that sets the variable decides, with what the environment gives it; else
 * the environment itself.
 */
export async function findTimeouts(
  configured: ArtifactsConfig['timeouts'],
  programs: readonly ProgramContext[],
  options: ReadOptions,
): Promise<TimeoutFacts[]> {
  const found = await Promise.all(configured.map(async (timeout) => await findTimeout(timeout, programs, options)));
  const startsecs = programs.map(({ program, startsecs: seconds }): TimeoutFacts => {
    return { program, timeout: 'startsecs', seconds, from: 'supervisord' };
  });
  return [...found.filter((each) => each !== undefined), ...startsecs];
}

async function findTimeout(
  { program, name, files }: ArtifactsConfig['timeouts'][number],
  programs: readonly ProgramContext[],
  options: ReadOptions,
): Promise<TimeoutFacts | undefined> {
  const [context] = programsNamed(program, programs);
  const scripts = await readScripts(context, { variables: [name], programs: [], files }, options);
  const given = context?.environment[name];
  const script = scripts.find(
    ({ variables, defaults, untold }) => name in variables || name in defaults || untold.includes(name),
  );
  // A script knows the variable also where it only inherits it.
  const value = script === undefined ? given : (script.variables[name] ?? script.defaults[name]);
  const seconds = value === undefined ? undefined : parseSeconds(value);
  if (seconds === undefined) return undefined;
  return { program, timeout: name, seconds, from: value === given ? 'environment' : 'script' };
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `420`, or with a unit as sleep(1) and timeout(1) take it. */
export function parseSeconds(text: string): number | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,9})?)([smhd]?)\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]) * (unitSeconds[match[2] ?? ''] ?? 1);
}
