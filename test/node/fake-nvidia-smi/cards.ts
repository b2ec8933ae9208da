/** Cards for the fake nvidia-smi, taken from what real ones said. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type FakeCard = Readonly<Record<string, string>>;

const captures = new URL('../../captures/nvidia/', import.meta.url);

export function capturePath(name: string): string {
  return fileURLToPath(new URL(name, captures));
}

/** Cards of a capture with a header and units, such as `csv/h100-80gb-hbm3-590.48.01.idle.query-gpu.csv`. */
export function cardsOfCapture(name: string): FakeCard[] {
  const [header = '', ...rows] = readFileSync(capturePath(name), 'utf8').trimEnd().split('\n');
  return cardsOfRows(header.split(', '), rows);
}

/** Rows of recorded output as cards; `columns` may name units. */
export function cardsOfRows(columns: readonly string[], rows: readonly string[]): FakeCard[] {
  return rows.map((row) => {
    const cells = row.split(',');
    return Object.fromEntries(
      columns.map((column, index) => {
        const [, field = '', unit] = /^(\S+)(?: \[(.*)\])?$/.exec(column.trim()) ?? [];
        const cell = (cells[index] ?? '').trim();
        return [field, unit !== undefined && cell.endsWith(` ${unit}`) ? cell.slice(0, -unit.length - 1) : cell];
      }),
    );
  });
}

/** One idle H100 with a uuid of its own. */
export function h100(index = 0): FakeCard {
  const [card] = cardsOfCapture('csv/h100-80gb-hbm3-590.48.01.idle.query-gpu.csv');
  return {
    ...card,
    index: String(index),
    uuid: `GPU-5f0e4d3c-2b1a-4099-8877-66554433221${index}`,
    'pci.bus_id': `00000000:${busOfCard(index)}:00.0`,
  };
}

/** Where the card of this index sits. */
export function busOfCard(index: number): string {
  return (index + 9).toString(16).toUpperCase().padStart(2, '0');
}
