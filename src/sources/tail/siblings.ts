/** Other generations of a log in its directory, by the names that rotation gives them. */
import { opendir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** `other`: not a name that rotation gives, but the file may still be one that we know by its identity. */
export type RotationScheme = 'number' | 'date' | 'single' | 'other';

export interface Sibling {
  readonly path: string;
  readonly scheme: RotationScheme;
  /** Ascending from the oldest generation to the newest, within one scheme. */
  readonly order: string;
  readonly compression: string | undefined;
}

const maxEntries = 100_000;
const maxSiblings = 1000;

/** Files whose names begin like the log's, oldest first within each scheme; the log itself is not among them. */
export async function findSiblings(path: string): Promise<Sibling[]> {
  const siblings: Sibling[] = [];
  const base = basename(path);
  let entries = 0;
  for await (const entry of await opendir(dirname(path))) {
    entries += 1;
    if (entries > maxEntries || siblings.length >= maxSiblings) break;
    if (entry.isDirectory()) continue;
    const sibling = classify(base, entry.name);
    if (sibling) siblings.push({ ...sibling, path: join(dirname(path), entry.name) });
  }
  return siblings.toSorted((a, b) => compareText(a.scheme, b.scheme) || compareText(a.order, b.order));
}

const compressed = /\.(gz|xz|bz2|zst|lz4|Z)$/;
const numbered = /^[.\-_](\d{1,5})$/;
const dated = /^[.\-_]?\d{4}[\d\-_.:TZ]*$/;
const single = /^([.\-_](old|bak|backup|prev|previous|last|save)|~)$/i;

/** What a name says: `app.log.1`, `app.log-20260115.gz`, `app.log.old`, and with logrotate's `extension`, `app.1.log`. */
export function classify(base: string, name: string): Omit<Sibling, 'path'> | undefined {
  if (name === base) return undefined;
  const compression = compressed.exec(name)?.[1];
  const plain = compression === undefined ? name : name.slice(0, -compression.length - 1);
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  if (plain.startsWith(base)) {
    const scheme = schemeOf(plain.slice(base.length));
    return { ...scheme, compression };
  }
  if (extension !== '' && plain.startsWith(stem) && plain.endsWith(extension)) {
    const scheme = schemeOf(plain.slice(stem.length, -extension.length));
    // `worker-gpu.log` is another log beside `worker.log`, not a generation of it.
    return scheme.scheme === 'number' || scheme.scheme === 'date' ? { ...scheme, compression } : undefined;
  }
  return undefined;
}

function schemeOf(suffix: string): Pick<Sibling, 'scheme' | 'order'> {
  const number = numbered.exec(suffix)?.[1];
  // The highest number is the oldest.
  if (number !== undefined) return { scheme: 'number', order: String(99_999 - Number(number)).padStart(5, '0') };
  if (dated.test(suffix)) return { scheme: 'date', order: suffix.replaceAll(/\d+/g, (run) => run.padStart(12, '0')) };
  return { scheme: single.test(suffix) ? 'single' : 'other', order: suffix };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
