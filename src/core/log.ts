import type { Clock, LogFields, Logger } from './host.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ['logfmt', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly clock: Pick<Clock, 'now'>;
  /** Where a line, with its newline, goes. */
  readonly write: (line: string) => void;
}

/** Logs one line an event to stderr, in the form of Prometheus' own programs. */
export function createLogger(options: LogOptions): Logger {
  const threshold = logLevels.indexOf(options.level);
  const render = options.format === 'json' ? renderJson : renderLogfmt;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(level) < threshold) return;
      const head = { time: new Date(options.clock.now()).toISOString(), level, msg: message };
      options.write(`${render({ ...head, ...fields })}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function renderJson(fields: LogFields): string {
  return JSON.stringify(fields);
}

function renderLogfmt(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${quote(String(value))}`)
    .join(' ');
}

// Control characters of a lying source must not forge log lines: JSON's escapes are what logfmt readers accept.
function quote(value: string): string {
  return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}
