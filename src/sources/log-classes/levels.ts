/** Levels of log records, as the programs of this world spell them. */

export type Level = 'info' | 'warning' | 'error';

const names: Readonly<Record<string, Level>> = {
  trace: 'info',
  debug: 'info',
  info: 'info',
  information: 'info',
  notice: 'info',
  success: 'info',
  blat: 'info',
  trac: 'info',
  debg: 'info',
  warn: 'warning',
  warning: 'warning',
  erro: 'error',
  err: 'error',
  error: 'error',
  crit: 'error',
  critical: 'error',
  fatal: 'error',
  severe: 'error',
  alert: 'error',
  emerg: 'error',
  panic: 'error',
  // llama.cpp, glog, onnxruntime
  v: 'info',
  d: 'info',
  i: 'info',
  w: 'warning',
  e: 'error',
  f: 'error',
  // tornado
  c: 'error',
};

/** Debug and below are `info`: they never count. Undefined for what is no level. */
export function levelOf(value: unknown): Level | undefined {
  if (typeof value === 'string') return names[value.toLowerCase()];
  return typeof value === 'number' ? numbered(value, 50) : undefined;
}

/** A number as level: pino's errors begin at 50, Python's `levelno` at 40. */
export function numbered(value: number, firstError: number): Level {
  if (value >= firstError) return 'error';
  return value >= firstError - 10 ? 'warning' : 'info';
}

/** Spelt in capitals these stand alone; in lower case only between brackets or after `level=`. */
export const capitalLevels = String.raw`(?:TRACE|DEBUG|INFO|NOTICE|SUCCESS|WARN(?:ING)?|ERRO(?:R)?|ERR|CRIT(?:ICAL)?|FATAL|SEVERE|ALERT|EMERG|BLAT|TRAC|DEBG)`;
export const lowerLevels = String.raw`(?:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|alert|emerg|panic)`;
