/** A line of supervisord's main log that says something of a program; its time is local and has no zone. */
export interface MainLogLine {
  readonly time: LocalTime;
  readonly event: MainLogEvent;
}

/** As it is written: `2026-11-23 12:53:00,834`. */
export interface LocalTime {
  readonly text: string;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** How a process ended: by itself with a code, by a signal, or in a way that supervisord could not tell. */
export interface ExitStatus {
  readonly code?: number;
  /** `SIGKILL`, or `signal 64` where it has no name. */
  readonly signal?: string;
}

/** `name` is the process name alone: the log never says the group. */
export type MainLogEvent =
  | { readonly kind: 'supervisord_started' }
  | { readonly kind: 'spawned'; readonly name: string; readonly pid: number }
  | { readonly kind: 'success'; readonly name: string }
  | { readonly kind: 'exited'; readonly name: string; readonly status: ExitStatus; readonly expected: boolean }
  | { readonly kind: 'stopped'; readonly name: string; readonly status: ExitStatus }
  | { readonly kind: 'gave_up'; readonly name: string }
  | { readonly kind: 'spawn_error'; readonly text: string };

/** Parses one line; undefined for any other line (supervisor 4.2.5, process.py and options.py). */
export function parseMainLogLine(line: string): MainLogLine | undefined {
  const match = prefix.exec(line);
  if (match === null) return undefined;
  const event = parseEvent(line.slice(match[0].length));
  return event === undefined ? undefined : { time: localTime(match), event };
}

const prefix = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3}) (?:CRIT|ERRO|WARN|INFO) /;

function localTime(match: RegExpExecArray): LocalTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = match.slice(1).map(Number);
  return { text: match[0].slice(0, 23), year, month, day, hour, minute, second, millisecond };
}

// Far longer than a line with any name; only a spawn error, which may repeat a command, is longer.
const maxMessageLength = 2_000;

function parseEvent(message: string): MainLogEvent | undefined {
  const kind = message.slice(0, message.indexOf(':'));
  if (message.length > maxMessageLength && kind !== 'spawnerr') return undefined;
  switch (kind) {
    case 'spawned':
      return parseSpawned(message);
    case 'success':
      return named('success', /^success: (.+) entered RUNNING state, process has stayed up for /.exec(message)?.[1]);
    case 'exited':
      return parseExited(message);
    case 'stopped':
      return parseStopped(message);
    case 'gave up':
      return named('gave_up', /^gave up: (.+) entered FATAL state, /.exec(message)?.[1]);
    case 'spawnerr':
      return { kind: 'spawn_error', text: message.slice('spawnerr: '.length) };
    default:
      return isStart(message) ? { kind: 'supervisord_started' } : undefined;
  }
}

function named(kind: 'success' | 'gave_up', name: string | undefined): MainLogEvent | undefined {
  return name === undefined ? undefined : { kind, name };
}

function parseSpawned(message: string): MainLogEvent | undefined {
  const match = /^spawned: '(.+)' with pid (\d{1,10})$/.exec(message);
  return match?.[1] === undefined ? undefined : { kind: 'spawned', name: match[1], pid: Number(match[2]) };
}

const ending =
  /^(?:exit status (\d{1,5})|terminated by (SIG\w+|signal \d{1,3})(?: \(core dumped\))?|unknown termination cause 0x[0-9a-f]{1,8})$/;

function parseStatus(text: string | undefined): ExitStatus | undefined {
  const match = ending.exec(text ?? '');
  if (match === null) return undefined;
  const [, code, signal] = match;
  return { ...(code === undefined ? {} : { code: Number(code) }), ...(signal === undefined ? {} : { signal }) };
}

function parseExited(message: string): MainLogEvent | undefined {
  const match = /^exited: (.+?) \((.+); (expected|not expected)\)$/.exec(message);
  const status = parseStatus(match?.[2]);
  if (match?.[1] === undefined || status === undefined) return undefined;
  return { kind: 'exited', name: match[1], status, expected: match[3] === 'expected' };
}

function parseStopped(message: string): MainLogEvent | undefined {
  const match = /^stopped: (.+?) \((.+)\)$/.exec(message);
  const status = parseStatus(match?.[2]);
  return match?.[1] === undefined || status === undefined ? undefined : { kind: 'stopped', name: match[1], status };
}

// The second is written in place of the first where the pid file cannot be written.
function isStart(message: string): boolean {
  return message.startsWith('supervisord started with pid ') || message.startsWith('could not write pidfile ');
}
