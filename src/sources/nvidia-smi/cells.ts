/** What one cell of nvidia-smi's CSV says. */

/** Why a cell that should hold a reading holds none. */
export const cellErrors = ['lost', 'reset_required', 'unknown_error', 'no_permission', 'other'] as const;
export type CellError = (typeof cellErrors)[number];

/** `value` where there is a reading, `error` where there should be one; neither: this card has no such thing. */
export interface Cell<T> {
  readonly value?: T;
  readonly error?: CellError;
}

// As printed by nvidia-smi 470 to 610; brackets and case aside. They stand for NVML's return codes.
const errors: Readonly<Record<string, CellError>> = {
  'gpu is lost': 'lost',
  'gpu requires reset': 'reset_required',
  'unknown error': 'unknown_error',
  'err!': 'unknown_error',
  'insufficient permissions': 'no_permission',
};
const unavailable = new Set([
  '',
  'n/a',
  'not supported',
  'requested functionality has been deprecated',
  'error_deprecated',
]);

/** A number, with or without its unit; anything that is neither a number nor a known token is the error `other`. */
export function readNumber(text: string, unit: string | undefined): Cell<number> {
  const match = /^(-?\d+(?:\.\d+)?)(?: (\S+))?$/.exec(text);
  if (!match) return readToken(text);
  return match[2] === undefined || match[2] === unit ? { value: Number(match[1]) } : { error: 'other' };
}

/** `Yes` and `No`, or 1 and 0 as nvidia-smi wrote them before 580; `Enabled` and `Disabled` for modes. */
export function readFlag(text: string): Cell<boolean> {
  if (/^(?:yes|1|enabled)$/i.test(text)) return { value: true };
  if (/^(?:no|0|disabled)$/i.test(text)) return { value: false };
  return readToken(text);
}

/** Free text; a token in its place is no text. */
export function readText(text: string): Cell<string> {
  return /^\[.*\]$/.test(text) || isToken(text) ? readToken(text) : { value: text };
}

/** `GPU-…`, `MIG-…`, and without either on Jetson (Orin, Thor). */
export function isUuid(text: string): boolean {
  return /^(?:GPU|MIG)-\S+$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function isToken(text: string): boolean {
  return unavailable.has(text.toLowerCase()) || errors[text.toLowerCase()] !== undefined;
}

function readToken(text: string): Cell<never> {
  const token = text.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (unavailable.has(token)) return {};
  return { error: errors[token] ?? 'other' };
}
