/** Takes a line apart: time, level and message of the record that it begins, if it begins one. */
import { readJsonRecord } from './json-record.ts';
import { capitalLevels, levelOf, lowerLevels } from './levels.ts';
import type { Level } from './levels.ts';
import { stampAt } from './timestamps.ts';

export interface LogRecord {
  /** Undefined: has the head of a record, such as the kernel's, but no level. */
  readonly level: Level | undefined;
  readonly message: string;
  readonly atMs: number | undefined;
  /** Which of the forms below: a log keeps to a few. */
  readonly form: string;
  /** Lines of a traceback that came inside the record. */
  readonly trace?: readonly string[];
}

/** Undefined if the line is no record: plain text, or the continuation of one. */
export function readRecord(text: string, nowMs: number): LogRecord | undefined {
  const first = text.charCodeAt(0);
  if (first === brace) return readJson(text, nowMs);
  return readStamped(text, nowMs) ?? readForms(text, nowMs) ?? readBehind(text, nowMs);
}

// `docker compose logs`: container | line. Scripts: [name] time …
const container = new RegExp(String.raw`^(?!${capitalLevels}\b)[\w.-]+ +\| (.*)$`);
const tagged = /^(?:\[[\w ./@-]{1,40}\]:?|\([\w ./@=-]{1,40}\)|[\w./-]{1,40}:) (?=\[?\d{4}-\d\d-\d\d)(.*)$/;

/** A line as it would be without what another program put before it. */
function readBehind(text: string, nowMs: number): LogRecord | undefined {
  const behind = (container.exec(text) ?? tagged.exec(text))?.[1];
  if (behind === undefined) return undefined;
  return { level: undefined, message: behind, atMs: undefined, form: 'behind', ...readRecord(behind, nowMs) };
}

const brace = 0x7b;

function readJson(text: string, nowMs: number): LogRecord | undefined {
  const record = readJsonRecord(text, nowMs);
  return record && { ...record, form: 'json' };
}

// Up to six words (logger, pid, thread, file) before the level. Words and what parts them share no character, so that no
// line can be split in many ways.
const gap = String.raw`(?:[\s\][|,*(){}]|(?<=\s)-(?=\s))`;
const word = String.raw`(?!-\s)[^\s\][|,*(){}]+`;
const afterTime = new RegExp(
  String.raw`^${gap}*(?:(?!${capitalLevels}\b)${word}${gap}+){0,6}?(${capitalLevels})(?=[\]):|\/>,\s-]|$)(?:\/[\w.-]+\])?[\s\])|:>,-]*(.*)$`,
);
const lowerAfterTime = new RegExp(String.raw`^.{0,80}?\[(${lowerLevels}) *\]:?(?: (.*))?$`, 'i');
const onnx = /^ \[([VIWEF]):onnxruntime:[^\]]*\] (.*)$/;
// syslog and journalctl: host, who said it, and then a line as it would be without them.
const source = /^ \S*[^\s:] (?:kernel|[\w.@/-]+(?:\[\d+\])?): (?:\[ *\d+\.\d+\] )?(.*)$/;

function readStamped(text: string, nowMs: number): LogRecord | undefined {
  const start = text.startsWith('[') ? 1 : syslogPriority(text);
  const stamp = stampAt(text, start, nowMs);
  if (stamp === undefined) return undefined;
  const { atMs } = stamp;
  const rest = text.slice(start + stamp.length);
  const short = rest.length > 512 ? rest.slice(0, 512) : rest;
  const tail = rest.slice(short.length);
  for (const [form, pattern] of [
    ['stamped', afterTime],
    ['stamped', lowerAfterTime],
    ['onnx', onnx],
  ] as const) {
    const match = pattern.exec(short);
    const level = match && levelOf(match[1]);
    if (level) return { level, message: (match[2] ?? '') + tail, atMs, form };
  }
  const said = source.exec(short)?.[1];
  if (said === undefined) return readBehindTime(rest.replace(/^[\s\]]+/, ''), atMs, nowMs);
  const inner = readRecord(said + tail, nowMs);
  return { level: undefined, message: said + tail, ...inner, atMs: inner?.atMs ?? atMs, form: 'syslog' };
}

/** `docker logs -t` puts a time before records of any form. */
function readBehindTime(message: string, atMs: number | undefined, nowMs: number): LogRecord {
  const inner = message.startsWith('{') ? readJson(message, nowMs) : readForms(message, nowMs);
  return { level: undefined, message, form: 'stamp only', ...inner, atMs: inner?.atMs ?? atMs };
}

function syslogPriority(text: string): number {
  return /^<\d{1,3}>/.exec(text)?.[0].length ?? 0;
}

type Form = readonly [name: string, pattern: RegExp];

// Groups: level, message. In this order; the first that fits.
const forms: readonly Form[] = [
  // llama-server since 2025: minutes.seconds.milliseconds.microseconds since its start; [port] of a router's child
  ['llama', /^(?:\[\d+\] )?\d+\.\d\d\.\d{3}\.\d{3} ([DIWE]) (.*)$/],
  // logging.basicConfig: LEVEL:logger:message
  ['basic', new RegExp(String.raw`^(${capitalLevels}):[\w.-]+:(.*)$`)],
  // uvicorn, and echo "ERROR: …" of scripts, told apart by the padding
  ['uvicorn', /^(TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL):(?: {2,}|(?<=CRITICAL:) )(.*)$/],
  ['colon', new RegExp(String.raw`^(?:\([^)]{1,60}\) )?(${capitalLevels})(?:\[\w+\])?: ?(.*)$`)],
  // [LEVEL] …, LEVEL - …, LEVEL …; vLLM puts its process before it
  ['level first', new RegExp(String.raw`^(?:\([^)]{1,60}\) )?\[?(${capitalLevels})\]?(?:[\s|\]:-]+(.*))?$`)],
  // rich's RichHandler leaves out a time that it told a line before
  ['rich', new RegExp(String.raw`^ {11,40}(${capitalLevels}) +(.*)$`)],
  // tornado: [E 260901 10:00:00 web:1875] …, Jupyter: [E 2026-09-01 10:00:00.123 ServerApp] …, [NeMo E 2026-09-01 …] …
  ['tornado', /^\[(?:NeMo )?([DIWEC]) [\d-]{6,10} [^\]]*\] (.*)$/],
  // nginx: nginx: [emerg] …
  ['nginx', new RegExp(String.raw`^[\w./-]+: \[(${lowerLevels})\] (.*)$`)],
  // logger - LEVEL - …
  ['dashed', new RegExp(String.raw`^[\w.:/-]{1,60} - (${capitalLevels}) - (.*)$`)],
  // [tag] LEVEL: …, program: LEVEL: …
  ['tagged', new RegExp(String.raw`^(?:\[[\w .:\/@-]{1,60}\]:?|[\w.\/-]{1,60}:) \[?(${capitalLevels})\]?[:\s-]+(.*)$`)],
  // glog, absl: E0901 10:00:00.123456 4711 file.cc:12] …; torch: [rank1]:[W923 12:00:00.1 CUDAFunctions.cpp:108] …
  ['glog', /^(?:\[rank\d+\]: ?)?\[?([IWEF])(?:\d{3,4})? ?[\d:.]*(?: +\d+)? [\w./-]+:\d+\] (?:Warning: )?(.*)$/],
  ['logfmt', /^(?=(?:time|ts|t|level|lvl|severity|caller)=).{0,160}?\b(?:level|lvl|severity)="?(\w+)"? ?(.*)$/],
  // the warnings module: file.py:121: UserWarning: …
  ['python warning', /^(?:\S+\.py|<\w+>|sys):\d+: \w*(Warning): (.*)$/],
  // C programs, shells' users and click: error: …, warning: …
  ['lower', /^(error|warning|fatal|panic|Error|Warning|Fatal error|FATAL ERROR|fatal error)(?:\[[\w-]+\])?: (.*)$/],
  ['kernel', /^\[ *\d+\.\d{6}\]()(?: (.*))?$/],
];

function readForms(text: string, nowMs: number): LogRecord | undefined {
  for (const [form, pattern] of forms) {
    const match = pattern.exec(text);
    if (!match) continue;
    const level = levelOf(match[1]?.split(' ')[0]);
    if (level === undefined && form !== 'kernel') continue;
    const message = match[2] ?? '';
    const glogTime = form === 'glog' ? text.search(/(?<=[IWEF])\d/) : -1;
    if (glogTime >= 0) return { level, message, atMs: stampAt(text, glogTime, nowMs)?.atMs, form };
    const stamp = form === 'level first' || form === 'tagged' ? stampAt(message, 0, nowMs) : undefined;
    return { level, message: withoutStamp(message, stamp?.length), atMs: stamp?.atMs, form };
  }
  return undefined;
}

/** vLLM: ERROR 09-01 10:00:00 [core.py:708] … */
function withoutStamp(message: string, length: number | undefined): string {
  return length === undefined ? message : message.slice(length).replace(/^[\s,]*(?:\[[\w.]+:\d+\] ?)?/, '');
}
