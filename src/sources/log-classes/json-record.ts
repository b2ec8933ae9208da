/** A record that is one JSON object: python-json-logger, structlog, loguru, ECS, pino, zap, llama-server --log-jsonl. */
import { levelOf, numbered } from './levels.ts';
import type { Level } from './levels.ts';
import { timeOf } from './timestamps.ts';

export interface JsonRecord {
  readonly level: Level;
  readonly message: string;
  /** Lines of a traceback in a field of the record. */
  readonly trace: readonly string[];
  readonly atMs: number | undefined;
}

type Fields = Record<string, unknown>;

// A name says more than a number, of which each library has its own.
const levelKeys = [
  'level_name',
  'levelname',
  'severity_text',
  'level',
  'severity',
  'log_level',
  'log.level',
  'lvl',
  'loglevel',
];
const messageKeys = ['msg', 'message', 'event', 'error', 'err', 'body'];
const errorKeys = ['error', 'err'];
const traceKeys = [
  'exc_info',
  'exception',
  'exceptions',
  'exc_text',
  'stack',
  'stack_info',
  'traceback',
  'stacktrace',
  'error',
  'error.stack_trace',
  'error.message',
  'err',
];
const timeKeys = ['asctime', 'timestamp', 'time', 'ts', '@timestamp', 'datetime', 'created'];

/** Undefined if the text is no JSON object, or has no level. */
export function readJsonRecord(text: string, nowMs: number): JsonRecord | undefined {
  const fields = parseObject(text) ?? beginningOf(text);
  // loguru's serialize=True puts the record beside its text.
  const record = fields && (objectIn(fields['record']) ?? fields);
  const level = record && levelIn(record);
  if (record === undefined || level === undefined) return undefined;
  const messages = messageKeys.map((key) => textOf(record[key])).filter((message) => message !== '');
  // What failed, and why: `"msg":"cannot push","error":"connection refused"`. Several lines are a traceback.
  const reason = errorKeys.map((key) => record[key]).find(isLine) ?? '';
  return {
    level,
    message: [...new Set([messages[0], reason])].filter(Boolean).join(': ').trim(),
    trace: traceKeys.flatMap((key) => textOf(record[key]).split('\n')),
    atMs: timeKeys.map((key) => timeOf(record[key], nowMs)).find((atMs) => atMs !== undefined),
  };
}

function isLine(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\n');
}

function levelIn(record: Fields): Level | undefined {
  const { levelno } = record;
  // ECS: {"log": {"level": "error"}}; loguru: {"level": {"name": "ERROR", "no": 40}}
  const nested = objectIn(record['log'])?.['level'] ?? objectIn(record['level'])?.['name'];
  const named = levelOf(nested) ?? levelKeys.map((key) => levelOf(record[key])).find((level) => level !== undefined);
  return named ?? (typeof levelno === 'number' ? numbered(levelno, 40) : undefined);
}

// What was cut off is read as far as it goes: string fields at the top.
const stringField = /"(@?[\w.]+)": ?"((?:[^"\\]|\\.){0,4096})/g;

function beginningOf(text: string): Fields | undefined {
  const fields = [...text.matchAll(stringField)].map(([, key = '', value = '']) => [
    key,
    value.replaceAll('\\n', '\n'),
  ]);
  return fields.length === 0 ? undefined : (Object.fromEntries(fields) as Fields);
}

function parseObject(text: string): Fields | undefined {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectIn(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Texts anywhere in it, one a line; an exception that was taken apart reads as Python would print it. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  // Not deeper: brackets alone may be nested as deep as a line is long.
  if (Array.isArray(value)) return value.map((part) => (Array.isArray(part) ? '' : textOf(part))).join('\n');
  const fields = objectIn(value);
  if (!fields) return '';
  const exception = exceptionIn(fields);
  const texts = Object.values(fields).filter((part) => typeof part === 'string');
  return [...(exception === undefined ? [] : [exception]), ...texts].join('\n');
}

/** structlog's dict_tracebacks, ECS' and loguru's fields of an exception. */
function exceptionIn(fields: Fields): string | undefined {
  const type = fields['exc_type'] ?? fields['type'];
  const value = fields['exc_value'] ?? fields['message'] ?? fields['value'];
  return typeof type === 'string' && typeof value === 'string' ? `${type}: ${value}` : undefined;
}
