import { basename } from 'node:path';

/** Words of a command; undefined where only running it would tell. */
export type Words = readonly (string | undefined)[];

interface Wrapper {
  /** Options that take the next word, unless it is attached with `=`. */
  readonly withValue?: readonly string[];
  /** Words of its own that stand before the command: a duration, a user. */
  readonly own?: number;
}

/** Programs that run the command they are given, with the options of their manual pages. */
const wrappers: Readonly<Record<string, Wrapper>> = {
  exec: { withValue: ['-a'] },
  command: {},
  nohup: {},
  setsid: {},
  time: { withValue: ['-f', '-o'] },
  env: { withValue: ['-u', '--unset', '-C', '--chdir'] },
  nice: { withValue: ['-n'] },
  ionice: { withValue: ['-c', '-n', '--class', '--classdata'] },
  chrt: { withValue: ['-T', '-P', '-D'], own: 1 },
  stdbuf: { withValue: ['-i', '-o', '-e'] },
  timeout: { withValue: ['-k', '-s', '--kill-after', '--signal'], own: 1 },
  taskset: { withValue: [], own: 1 },
  numactl: { withValue: ['-C', '-N', '-m', '-i', '-p'] },
  unbuffer: {},
  tini: { withValue: ['-p', '-e'] },
  'dumb-init': { withValue: ['-r', '--rewrite'] },
  gosu: { own: 1 },
  'su-exec': { own: 1 },
  setpriv: { withValue: ['--reuid', '--regid', '--groups', '--inh-caps', '--bounding-set'] },
};

/** Programs that run a command after a word of their own: `poetry run …`. */
const runners: ReadonlySet<string> = new Set(['poetry', 'pipenv', 'pdm', 'hatch', 'uv', 'rye']);

/** The command that a wrapper such as `nice` or `env` runs; the words themselves if there is none. */
export function unwrap(words: Words): Words {
  let left = words;
  // Every step takes a word away.
  for (;;) {
    const inner = unwrapOnce(left);
    if (inner === undefined) return left;
    left = inner;
  }
}

function unwrapOnce(words: Words): Words | undefined {
  const name = words[0] === undefined ? '' : basename(words[0]);
  if (runners.has(name) && words[1] === 'run') return notEmpty(words.slice(2));
  const gate = words.indexOf('gate');
  if (gate > 0 && /gpunode-exporter|main\.[cm]?[jt]s$/.test(words[gate - 1] ?? ''))
    return afterDashes(words.slice(gate));
  const wrapper = wrappers[name];
  if (wrapper === undefined) return undefined;
  let index = 1;
  for (
    let word = words[index];
    word !== undefined && (word.startsWith('-') || word.includes('='));
    word = words[index]
  ) {
    index += 1;
    if (word === '--') break;
    if (wrapper.withValue?.includes(word)) index += 1;
  }
  return notEmpty(words.slice(index + (wrapper.own ?? 0)));
}

function afterDashes(words: Words): Words | undefined {
  const dashes = words.indexOf('--');
  return dashes < 0 ? undefined : notEmpty(words.slice(dashes + 1));
}

function notEmpty(words: Words): Words | undefined {
  return words.length > 0 ? words : undefined;
}
