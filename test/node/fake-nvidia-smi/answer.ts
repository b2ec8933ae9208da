/** What a real nvidia-smi prints when it is asked so, for the cards of a setup. */
import { readFileSync } from 'node:fs';
import { busOfCard, capturePath } from './cards.ts';
import type { FakeCard } from './cards.ts';
import { recordedAnswer } from './recorded.ts';
import type { FakeProcess, FakeSetup } from './setup.ts';

export interface FakeAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const noDriver =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n";
const units: Readonly<Record<string, string>> = {
  'memory.total': 'MiB',
  'memory.reserved': 'MiB',
  'memory.used': 'MiB',
  'memory.free': 'MiB',
  used_gpu_memory: 'MiB',
  'utilization.gpu': '%',
  'power.draw': 'W',
  'power.limit': 'W',
};

/** `claims` are processes beside those of the setup. */
export function answer(args: readonly string[], setup: FakeSetup, claims: readonly FakeProcess[] = []): FakeAnswer {
  if (setup.mode === 'no-driver') return { exitCode: 9, stdout: noDriver, stderr: '' };
  if (setup.recorded !== undefined) return recordedAnswer(args, setup.recorded, (other) => answer(args, other, claims));
  const lost = setup.mode === 'lost-card' ? String(setup.lostCard ?? 0) : undefined;
  const chosen = optionOf(args, '-i');
  const all = setup.cards.map((card) => withMemory(card, [...(setup.processes ?? []), ...claims]));
  const cards = all.filter((card) => chosen === undefined || card['uuid'] === chosen || card['index'] === chosen);
  const message = `Unable to determine the device handle for GPU0000:${busOfCard(Number(lost))}:00.0: GPU is lost.  Reboot the system to recover this GPU\n\n\n`;
  if (cards.length === 0) return { exitCode: 6, stdout: 'No devices were found\n', stderr: '' };
  const present = setup.lostAs === 'tokens' ? cards : cards.filter(({ index }) => index !== lost);
  if (lost !== undefined && setup.lostAs === 'no-rows' && (chosen === undefined || present.length === 0)) {
    return { exitCode: 15, stdout: args.includes('-L') ? `${list(present)}${message}` : message, stderr: '' };
  }
  const stderr = lost !== undefined && setup.lostAs === 'missing-row' ? message : '';
  const told = present.map((card) => (card['index'] === lost ? withTokens(card) : card));
  return { ...query(args, setup, told, [...(setup.processes ?? []), ...claims]), stderr };
}

function query(
  args: readonly string[],
  setup: FakeSetup,
  cards: readonly FakeCard[],
  processes: readonly FakeProcess[],
): Omit<FakeAnswer, 'stderr'> {
  if (args.includes('-L')) return { exitCode: 0, stdout: list(cards) };
  const fields = optionOf(args, '--query-gpu')?.split(',');
  if (fields) {
    const unknown = fields.find((field) => !knownFields(setup.driver).has(field));
    if (unknown !== undefined) {
      return { exitCode: 2, stdout: `Field "${unknown}" is not a valid field to query.\n\n` };
    }
    return { exitCode: 0, stdout: table(args, fields, cards) };
  }
  const rows = processes.flatMap(({ card, pid, usedMiB }) => {
    const uuid = cards.find(({ index }) => index === String(card))?.['uuid'];
    return uuid === undefined ? [] : [{ gpu_uuid: uuid, pid: String(pid), used_gpu_memory: String(usedMiB) }];
  });
  const processFields = optionOf(args, '--query-compute-apps')?.split(',');
  if (processFields) return { exitCode: 0, stdout: table(args, processFields, rows) };
  const remapFields = optionOf(args, '--query-remapped-rows')?.split(',');
  if (remapFields) {
    const remapped = cards.map((card) => ({ ...card, gpu_uuid: card['uuid'] ?? '' }));
    return { exitCode: 0, stdout: table(args, remapFields, remapped) };
  }
  return { exitCode: 255, stdout: `ERROR: Option ${args[0] ?? ''} is not recognized. Please run 'nvidia-smi -h'.\n\n` };
}

function table(args: readonly string[], fields: readonly string[], rows: readonly FakeCard[]): string {
  const format = optionOf(args, '--format')?.split(',') ?? [];
  const withUnit = (field: string, text: string): string => {
    const unit = units[field];
    return unit === undefined || format.includes('nounits') || !/^[\d.]+$/.test(text) ? text : `${text} ${unit}`;
  };
  const header = fields.map((field) => (units[field] === undefined ? field : `${field} [${units[field]}]`));
  const lines = rows.map((row) => fields.map((field) => withUnit(field, row[field] ?? '[N/A]')).join(', '));
  return [...(format.includes('noheader') ? [] : [header.join(', ')]), ...lines].map((line) => `${line}\n`).join('');
}

function list(cards: readonly FakeCard[]): string {
  return cards.map(({ index, name, uuid }) => `GPU ${index}: ${name} (UUID: ${uuid})\n`).join('');
}

/** Processes take from what the card has; numbers that a card does not say stay unsaid. */
function withMemory(card: FakeCard, processes: readonly FakeProcess[]): FakeCard {
  const taken = processes.filter(({ card: index }) => String(index) === card['index']);
  const sum = taken.reduce((total, { usedMiB }) => total + (Number(usedMiB) || 0), 0);
  const changed = (field: string, by: number): string => {
    const text = card[field] ?? '[N/A]';
    return /^\d+$/.test(text) ? String(Number(text) + by) : text;
  };
  return { ...card, 'memory.used': changed('memory.used', sum), 'memory.free': changed('memory.free', -sum) };
}

function withTokens(card: FakeCard): FakeCard {
  const identity = new Set(['count', 'index', 'uuid', 'name', 'pci.bus_id', 'driver_version']);
  return Object.fromEntries(
    Object.entries(card).map(([field, text]) => [field, identity.has(field) ? text : '[GPU is lost]']),
  );
}

function knownFields(driver: string): Set<string> {
  const [header = '', ...lines] = readFileSync(capturePath('query-gpu-fields-by-driver.tsv'), 'utf8').split('\n');
  const column = header.split('\t').indexOf(driver);
  if (column < 0) throw new Error(`No fields are recorded for driver ${driver}`);
  return new Set(
    lines.map((line) => line.split('\t')).flatMap((cells) => (cells[column] === '1' ? [cells[0] ?? ''] : [])),
  );
}

/** `--name=value` or `-n value`. */
function optionOf(args: readonly string[], name: string): string | undefined {
  const joined = args.find((each) => each.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}
