/** Recorded answers of real nvidia-smi programs, for questions that may name other fields than were recorded. */
import { existsSync, readFileSync } from 'node:fs';
import type { FakeAnswer } from './answer.ts';
import { capturePath, cardsOfRows } from './cards.ts';
import type { FakeCard } from './cards.ts';
import type { FakeProcess, FakeSetup } from './setup.ts';

interface Recording {
  readonly nvidia_smi: string;
  readonly argv: readonly string[];
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// States in which nvidia-smi gets no further, whatever it was asked.
const forEveryQuestion = /-(?:init-.*|no-library|count-unknown-error)$/;

/**
 * The recording of a state such as `550.163.01-handle-lost` that fits the question: rows are given with the fields that
 * are asked for now, errors as they are. Where nothing was recorded, a healthy node of that version answers `otherwise`.
 */
export function recordedAnswer(
  args: readonly string[],
  state: string,
  otherwise: (setup: FakeSetup) => FakeAnswer,
): FakeAnswer {
  const version = /^[\d.]+/.exec(state)?.[0] ?? '';
  const healthy = cardsOf(read(`${version}-healthy-query`));
  const recording = find(args, state);
  const setup: FakeSetup = { mode: 'ok', driver: version, cards: healthy };
  if (recording === undefined) return otherwise(setup);
  const rows = recording.exit_code === 0 && /^\S+, |^$|^count/.test(recording.stdout);
  if (rows && args.some((each) => each.startsWith('--query-gpu='))) {
    return { ...otherwise({ ...setup, cards: cardsOf(recording) }), stderr: recording.stderr };
  }
  if (rows && args.some((each) => each.startsWith('--query-compute-apps='))) {
    return { ...otherwise({ ...setup, processes: processesOf(recording, healthy) }), stderr: recording.stderr };
  }
  // To 550 one bad card hides the others, unless they are asked for alone.
  const asked = args[args.indexOf('-i') + 1];
  if (args.includes('-i') && recording.stdout.startsWith('Unable to determine the device handle')) {
    return otherwise({ ...setup, cards: healthy.filter(({ index, uuid }) => index !== '1' && uuid === asked) });
  }
  return { exitCode: recording.exit_code, stdout: recording.stdout, stderr: recording.stderr };
}

function find(args: readonly string[], state: string): Recording | undefined {
  const question = questionOf(args);
  const name = [`${state}-${question}`, state].find((each) => existsSync(pathOf(each)));
  const recording = name === undefined ? undefined : read(name);
  const fits = recording && (questionOf(recording.argv) === question || forEveryQuestion.test(state));
  return fits ? recording : undefined;
}

function questionOf(args: readonly string[]): string {
  return args.includes('-L') ? 'list' : args.some((each) => each.includes('compute-apps')) ? 'apps' : 'query';
}

function cardsOf({ argv, stdout, nvidia_smi: version }: Recording): FakeCard[] {
  const fields =
    argv
      .find((each) => each.startsWith('--query-gpu='))
      ?.slice('--query-gpu='.length)
      .split(',') ?? [];
  const lines = stdout.split('\n').filter((line) => line !== '');
  const header = lines[0]?.startsWith('count') ? lines.shift() : undefined;
  const cards = cardsOfRows(header?.split(', ') ?? fields, lines);
  // Not asked for when it was recorded.
  return cards.map((card) => ({
    driver_version: version,
    'pci.bus_id': `00000000:${1 + Number(card['index'])}A:00.0`,
    ...card,
  }));
}

// Names may hold anything: the uuid and the pid are at the left, the memory is at the right.
function processesOf({ stdout }: Recording, cards: readonly FakeCard[]): FakeProcess[] {
  return [...stdout.matchAll(/^(GPU-[\w-]+), (\d+), [^]*?, ([^,\n]*)$(?=\n(?:GPU-|$))/gm)].map(
    ([, uuid, pid, used]) => ({
      card: cards.findIndex((card) => card['uuid'] === uuid),
      pid: Number(pid),
      usedMiB: used ?? '',
    }),
  );
}

function read(name: string): Recording {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as Recording;
}

function pathOf(name: string): string {
  return capturePath(`recorded/${name}.json`);
}
