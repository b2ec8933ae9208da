import { basename } from 'node:path';

/** The part of a process that says which model it serves. */
export interface ModelArgument {
  /** `-m`, `--model` or `--model=`; the last one counts, as for llama.cpp. */
  readonly model: string | undefined;
  /** A shell or our own gate, which starts the server but is not it. */
  readonly waits: boolean;
}

/** Reads an argument vector. Nothing but the model leaves it. */
export function modelArgument(argv: readonly string[]): ModelArgument {
  const start = commandStart(argv);
  const gate = gateIndex(argv, start);
  if (gate !== undefined) {
    const command = argv.indexOf('--', gate);
    const own = modelIn(argv.slice(gate + 1, command < 0 ? undefined : command));
    return { model: (command < 0 ? undefined : modelIn(argv.slice(command + 1))) ?? own, waits: true };
  }
  const waits = shells.has(basename(argv[start] ?? '').replace(/^-/, ''));
  // What follows a shell's script are the script's arguments, and `-m` of a shell is job control.
  return { model: modelIn(waits ? argv.slice(start + 2) : argv.slice(start + 1)), waits };
}

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'busybox']);
const launchers: ReadonlySet<string> = new Set(['env', 'nice', 'ionice', 'setsid', 'stdbuf', 'timeout', 'numactl']);

/** Skips `env A=b`, `nice -n 5` and the like, as far as their own words go. */
function commandStart(argv: readonly string[]): number {
  if (!launchers.has(basename(argv[0] ?? ''))) return 0;
  const next = argv.findIndex((word, index) => index > 0 && !/^-|=|^\d+$/.test(word));
  return next < 0 ? 0 : next;
}

/** `gpunode-exporter gate …`, run by its own name or by node. */
function gateIndex(argv: readonly string[], start: number): number | undefined {
  const index = argv.indexOf('gate', start + 1);
  if (index < 0 || index > start + 6) return undefined;
  const before = argv.slice(start, index);
  return before.some((word) => /^(?:gpunode-exporter|main\.c?js|main\.ts|node)$/.test(basename(word)))
    ? index
    : undefined;
}

/** The value of the last `-m` or `--model` among words; undefined if there is none, or only running would tell. */
export function modelIn(words: readonly (string | undefined)[]): string | undefined {
  let model: string | undefined;
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (word === undefined) continue;
    if (word.startsWith('--model=')) model = word.slice('--model='.length);
    // Python's `-m` names a module, not a file.
    else if ((word === '-m' || word === '--model') && next !== undefined && looksLikeFile(next)) model = next;
  }
  return model === '' ? undefined : model;
}

function looksLikeFile(word: string): boolean {
  return word.includes('/') || /\.(?:gguf|bin)$/i.test(word);
}
