import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Filled in when the bundle is built: every asset by its path below the repository's root. */
declare const EMBEDDED_ASSETS: Readonly<Record<string, string>> | undefined;

/** The text of a file that ships with the exporter: embedded in the bundle, else read from the source tree. */
export function readAsset(path: string): string {
  if (typeof EMBEDDED_ASSETS === 'undefined') return readFileSync(join(import.meta.dirname, '..', path), 'utf8');
  const text = EMBEDDED_ASSETS[path];
  if (text === undefined) throw new Error(`asset ${path} is not in the bundle`);
  return text;
}

/** The exporter's own version. */
export function readVersion(): string {
  const { version } = JSON.parse(readAsset('package.json')) as { version: string };
  return version;
}
