import { toSourceError } from '../../core/errors.ts';
import type { FileCallOptions, Files } from '../../core/host.ts';
import { findNewestModel } from '../../sources/model-file/newest.ts';
import { findModelInScript } from '../../sources/model-file/script-model.ts';
import { readStartScript } from '../../sources/model-file/start-script.ts';
import type { StartScript } from '../../sources/model-file/start-script.ts';
import type { Environment } from '../../sources/procfs/environment.ts';
import type { DirectoryConfig } from './config.ts';
import type { PathOrigin } from './facts.ts';
import type { ProgramLook } from './program.ts';

export interface Location {
  readonly path: string | undefined;
  readonly from: PathOrigin;
  /** The fingerprint of the start script, if there is one, and of what its stanza gives it. */
  readonly script: string | undefined;
  /** Nothing says which file it is, and its directory holds none: the model is missing. */
  readonly missing: boolean;
}

export interface LocateOptions {
  readonly look: ProgramLook | undefined;
  readonly directories: readonly DirectoryConfig[];
  /** What was found before, and the script's fingerprint if a command line had said it. */
  readonly remembered: { readonly path?: string | undefined; readonly script?: string | undefined };
}

// Where the scripts of such nodes lie, if supervisord's configuration does not say it.
const usualScripts = ['/workspace/scripts/start-llama.sh', '/usr/local/bin/start-llama.sh', '/workspace/start_llm.sh'];

/**
 * Which file a program serves: as its running command line says, else what that said last if the start script is still the
 * same, else as the script or the stanza's command says, else what was known before, else the newest in its directory.
 */
export async function locateModel(files: Files, options: LocateOptions, call: FileCallOptions): Promise<Location> {
  const { look, directories, remembered } = options;
  const script = await findScript(files, look, call);
  const given = look?.environment.stanza ?? {};
  const fingerprint = script && [script.fingerprint, ...Object.entries(given).map((pair) => pair.join('='))].join(' ');
  const found = (path: string, from: PathOrigin): Location => ({
    path,
    from,
    script: fingerprint,
    missing: false,
  });
  if (look?.model !== undefined) return found(look.model, 'command_line');
  if (remembered.path !== undefined && remembered.script !== undefined && remembered.script === fingerprint) {
    return found(remembered.path, 'remembered');
  }
  const written = script?.model ?? findModelInScript(look?.stanza?.command ?? '', environmentOf(look));
  if (written !== undefined) return found(written, 'start_script');
  if (remembered.path !== undefined) return found(remembered.path, 'remembered');
  const newest = await findNewest(files, directories, call);
  if (newest.startsWith('/')) return found(newest, 'newest');
  return { path: undefined, from: 'nowhere', script: fingerprint, missing: newest === 'none' && look?.known === true };
}

async function findScript(
  files: Files,
  look: ProgramLook | undefined,
  call: FileCallOptions,
): Promise<StartScript | undefined> {
  for (const path of [...scriptsIn(look?.stanza?.command ?? ''), ...usualScripts]) {
    const script = await files
      .call(readStartScript, path, { environment: environmentOf(look) }, call)
      .catch(() => null);
    if (script !== null) return script;
  }
  return undefined;
}

function environmentOf(look: ProgramLook | undefined): Environment {
  return { ...look?.environment.stanza, ...look?.environment.process };
}

/** Absolute paths among the words of a command that may be a script: not an option's value, not the model itself. */
function scriptsIn(command: string): string[] {
  const words = command.split(/[\s"']+/).filter((word) => word.startsWith('/'));
  return words.filter((word) => !word.endsWith('.gguf')).slice(0, 3);
}

async function findNewest(
  files: Files,
  directories: readonly DirectoryConfig[],
  call: FileCallOptions,
): Promise<`/${string}` | 'none' | 'unknown'> {
  let answer: 'none' | 'unknown' = 'none';
  for (const { path, match = '*.gguf' } of directories) {
    try {
      const newest = await files.call(findNewestModel, path, { match }, call);
      if (newest !== null) return newest.path as `/${string}`;
    } catch (error) {
      // A directory that is not there holds no model; of one that may not be read, or hangs, nothing is known.
      if (toSourceError(error, path).reason !== 'unavailable') answer = 'unknown';
    }
  }
  return answer;
}
