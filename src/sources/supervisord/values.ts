import type { AutoRestart, LogRotation } from './types.ts';

// How supervisord reads the values of options (supervisor/datatypes.py); what it would refuse is the default here.

const truthy = ['yes', 'true', 'on', '1'];
const falsy = ['no', 'false', 'off', '0'];

export function truth(text: string | undefined, fallback: boolean): boolean {
  const value = text?.toLowerCase() ?? '';
  return truthy.includes(value) || (fallback && !falsy.includes(value));
}

export function autoRestart(text: string | undefined): AutoRestart {
  const value = text?.toLowerCase() ?? '';
  if (truthy.includes(value)) return 'true';
  return falsy.includes(value) ? 'false' : 'unexpected';
}

export function integer(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\s*[+-]?\d{1,9}\s*$/.test(text) ? Number(text) : fallback;
}

const units: Readonly<Record<string, number>> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** `get` reads `logfile_maxbytes` and the like, without the prefix. */
export function rotation(get: (option: 'maxbytes' | 'backups') => string | undefined): LogRotation {
  const [, amount, unit = ''] = /^\s*(\d{1,12})\s*([kmg]b)?\s*$/i.exec(get('maxbytes') ?? '50MB') ?? [];
  const maxBytes = amount === undefined ? 50 * 1024 ** 2 : Number(amount) * (units[unit.toLowerCase()] ?? 1);
  return { maxBytes, backups: integer(get('backups'), 10) };
}
