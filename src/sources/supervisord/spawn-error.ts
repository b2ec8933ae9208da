import { firstWord } from './shell-words.ts';
import type { ProgramStanza, ProgramStatus } from './types.ts';
import { withoutSecrets } from './snapshot.ts';

/**
 * The program whose start failed with this `spawnerr:` line, which names it only when the system is to blame, else only its
 * command: found by the command in supervisord.conf, else by what the RPC says. Undefined where that is not clear.
 */
export function programOfSpawnError(
  text: string,
  stanzas: readonly ProgramStanza[],
  statuses: readonly ProgramStatus[],
): string | undefined {
  const name = /\b(?:spawn|dispatchers for|fork for) '([^']+)'/.exec(text)?.[1];
  if (name !== undefined) return only([...stanzas, ...statuses].filter((one) => one.name === name));
  const planned = only(stanzas.filter(({ command }) => isAbout(text, command)));
  return planned ?? only(statuses.filter(({ spawnError }) => spawnError !== '' && spawnError === withoutSecrets(text)));
}

function only(found: readonly { readonly program: string }[]): string | undefined {
  const [program, ...others] = new Set(found.map((one) => one.program));
  return others.length === 0 ? program : undefined;
}

function isAbout(text: string, command: string): boolean {
  if (text.startsWith("can't parse command ")) return unquote(text) === command;
  const file = unquote(text);
  const word = firstWord(command);
  if (word === undefined || word === '') return text === 'command is empty';
  // A word without a slash is looked up in PATH and named by where it was found.
  return file === word || (!word.includes('/') && file?.endsWith(`/${word}`) === true);
}

/** The first quoted text, as Python's repr writes it; the apostrophe of "can't" is none of its quotes. */
function unquote(text: string): string | undefined {
  const match = /(?<= )(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/s.exec(text);
  const quoted = match?.[1] ?? match?.[2];
  return quoted?.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gs, (_, x, u, wide, one) => {
    const hex: string | undefined = x ?? u ?? wide;
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
    return escapes[String(one)] ?? String(one);
  });
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
