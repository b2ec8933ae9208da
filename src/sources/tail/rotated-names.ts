/** What the name of a file beside a log says of it. */
import { extname } from 'node:path';

/** `other`: not a name that rotation gives, but the file may still be one that is known by its identity. */
export type RotationScheme = 'number' | 'date' | 'single' | 'other';

export interface RotatedName {
  readonly scheme: RotationScheme;
  /** Ascending from the oldest generation to the newest, within one scheme. */
  readonly order: string;
  /** `gz`, `zst` and so on, if the name ends so. */
  readonly compression: string | undefined;
}

const compressed = /\.(gz|xz|bz2|zst|lz4|Z)$/;
const numbered = /^[.\-_](\d{1,5})$/;
const dated = /^[.\-_]?\d{4}[\d\-_.:TZ]*$/;
const single = /^([.\-_](old|bak|backup|prev|previous|last|save)|~)$/i;
const newestNumber = 99_999;

/**
 * `app.log.1`, `app.log-20260115.gz`, `app.log.old`, with logrotate's `extension` also `app.1.log`; and beside the target
 * of a link, `app-20260115.log`, what differs in its digits only.
 */
export function classify(base: string, name: string, isLinkTarget: boolean): RotatedName | undefined {
  const compression = compressed.exec(name)?.[1];
  const plain = compression === undefined ? name : name.slice(0, -compression.length - 1);
  if (isLinkTarget && longDigits.test(base) && skeletonOf(plain) === skeletonOf(base)) {
    return { scheme: 'date', order: padded(plain), compression };
  }
  if (name === base) return undefined;
  if (plain.startsWith(base)) return { ...schemeOf(plain.slice(base.length)), compression };
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  if (extension === '' || !plain.startsWith(stem) || !plain.endsWith(extension)) return undefined;
  const inner = schemeOf(plain.slice(stem.length, -extension.length));
  // `worker-gpu.log` is another log beside `worker.log`, not a generation of it.
  return inner.scheme === 'number' || inner.scheme === 'date' ? { ...inner, compression } : undefined;
}

/** The generation's number; undefined in the other schemes. */
export function numberOf({ scheme, order }: RotatedName): number | undefined {
  return scheme === 'number' ? newestNumber - Number(order) : undefined;
}

function schemeOf(suffix: string): Pick<RotatedName, 'scheme' | 'order'> {
  const number = numbered.exec(suffix)?.[1];
  if (number !== undefined) return { scheme: 'number', order: String(newestNumber - Number(number)).padStart(5, '0') };
  if (dated.test(suffix)) return { scheme: 'date', order: padded(suffix) };
  return { scheme: single.test(suffix) ? 'single' : 'other', order: suffix };
}

const longDigits = /\d{4}/;

function skeletonOf(name: string): string {
  return name.replaceAll(/\d+/g, '#');
}

/** Digits compared as numbers. */
function padded(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
}
