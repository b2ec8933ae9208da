/** A record that is one JSON object: python-json-logger, structlog, pino, zap, llama-server --log-jsonl. */
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

const levelKeys = ['level', 'levelname', 'severity', 'log_level', 'lvl', 'loglevel'];
const messageKeys = ['msg', 'message', 'event', 'error', 'err'];
const traceKeys = [
  'exc_info',
  'exception',
  'exc_text',
  'stack',
  'stack_info',
  'traceback',
  'stacktrace',
  'error',
  'err',
];
const timeKeys = ['asctime', 'timestamp', 'time', 'ts', '@timestamp', 'datetime', 'created'];

/** Undefined if the text is no JSON object, or has no level. */
export function readJsonRecord(text: string, nowMs: number): JsonRecord | undefined {
  const record = parseObject(text) ?? beginningOf(text);
  const level = record && levelIn(record);
  if (record === undefined || level === undefined) return undefined;
  const messages = messageKeys.map((key) => textOf(record[key])).filter((message) => message !== '');
  return {
    level,
    message: (messages[0] ?? '').trim(),
    trace: traceKeys.flatMap((key) => textOf(record[key]).split('\n')),
    atMs: timeKeys.map((key) => timeOf(record[key], nowMs)).find((atMs) => atMs !== undefined),
  };
}

function levelIn(record: Record<string, unknown>): Level | undefined {
  const { levelno } = record;
  return levelOf(firstOf(record, levelKeys)) ?? (typeof levelno === 'number' ? numbered(levelno, 40) : undefined);
}

// What was cut off is read as far as it goes: string fields at the top.
const stringField = /"(@?\w+)": ?"((?:[^"\\]|\\.){0,4096})/g;

function beginningOf(text: string): Record<string, unknown> | undefined {
  const fields = [...text.matchAll(stringField)].map(([, key = '', value = '']) => [
    key,
    value.replaceAll('\\n', '\n'),
  ]);
  return fields.length === 0 ? undefined : (Object.fromEntries(fields) as Record<string, unknown>);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(record: Record<string, unknown>, keys: readonly string[]): unknown {
  return keys.map((key) => record[key]).find((value) => value !== undefined);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.filter((part) => typeof part === 'string').join('\n');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value)
    .filter((part) => typeof part === 'string')
    .join('\n');
}
