import { basename, isAbsolute, join } from 'node:path';
import { unwrap } from '../command-line/wrappers.ts';
import { evaluateScript } from '../start-script/evaluate.ts';
import type { Environment } from '../procfs/environment.ts';
import { modelIn } from './model-argument.ts';

/**
 * The model that a command of a script is given, as a shell would read it: here-documents and comments are none, and of
 * several commands the last one counts, for that is what a start script ends with. Undefined if only running would tell.
 */
export function findModelInCommands(script: string, environment: Environment): string | undefined {
  const { commands } = evaluateScript(script, { values: environment, complete: [] });
  const models: string[] = [];
  let folder: string | undefined;
  for (const { words } of commands) {
    const [head, ...following] = unwrap(words);
    if (head === 'cd') folder = isAbsolute(following[0] ?? '') ? following[0] : undefined;
    if (head === undefined || talkers.has(basename(head))) continue;
    const model = modelIn(following);
    const path = model === undefined || isAbsolute(model) || folder === undefined ? model : join(folder, model);
    if (path !== undefined && isAbsolute(path)) models.push(path);
  }
  return models.findLast((path) => path.endsWith('.gguf')) ?? models.at(-1);
}

// What they print may look like a command.
const talkers: ReadonlySet<string> = new Set(['echo', 'printf']);
