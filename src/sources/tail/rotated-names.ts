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
  /** The name without that ending. */
  readonly plainName: string;
  /** The parts of a numbered name: the number goes up at each rotation. */
  readonly number?: NumberedName;
}

export interface NumberedName {
  readonly base: string;
  readonly prefix: string;
  readonly value: number;
  readonly suffix: string;
  /** `.gz` or nothing. */
  readonly ending: string;
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
  const ending = compressed.exec(name)?.[0] ?? '';
  const plainName = name.slice(0, name.length - ending.length);
  const file = { compression: ending === '' ? undefined : ending.slice(1), plainName };
  if (isLinkTarget && longDigits.test(base) && skeletonOf(plainName) === skeletonOf(base)) {
    return { scheme: 'date', order: padded(plainName), ...file };
  }
  if (name === base) return undefined;
  if (plainName.startsWith(base)) return { ...schemeOf(base, plainName.slice(base.length), '', ending), ...file };
  const extension = extname(base);
  const stem = base.slice(0, base.length - extension.length);
  const inside = plainName.slice(stem.length, -extension.length);
  if (extension === '' || plainName !== `${stem}${inside}${extension}`) return undefined;
  const inner = schemeOf(base, inside, extension, ending);
  // `worker-gpu.log` is another log beside `worker.log`, not a generation of it.
  return inner.scheme === 'number' || inner.scheme === 'date' ? { ...inner, ...file } : undefined;
}

type Scheme = Pick<RotatedName, 'scheme' | 'order' | 'number'>;

function schemeOf(base: string, added: string, suffix: string, ending: string): Scheme {
  const digits = numbered.exec(added)?.[1];
  if (digits !== undefined) {
    const prefix = `${base.slice(0, base.length - suffix.length)}${added.slice(0, -digits.length)}`;
    const value = Number(digits);
    // The highest number is the oldest.
    const order = String(newestNumber - value).padStart(5, '0');
    return { scheme: 'number', order, number: { base, prefix, value, suffix, ending } };
  }
  if (dated.test(added)) return { scheme: 'date', order: padded(added) };
  return { scheme: single.test(added) ? 'single' : 'other', order: added };
}

const longDigits = /\d{4}/;

function skeletonOf(name: string): string {
  return name.replaceAll(/\d+/g, '#');
}

/** Digits compared as numbers. */
function padded(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
}
