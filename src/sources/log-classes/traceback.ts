/**
 * Python's tracebacks (traceback.py, Python/traceback.c): frames, then the exception and its message, chained causes and
 * exception groups. Frames and source lines are never matched; the exceptions are.
 */
import { rankOf, verdictOn } from './rules.ts';
import type { Verdict } from './rules.ts';

export interface Traceback {
  /** Takes the next line if it belongs to this traceback. `isRecord`: it looks like the beginning of a record. */
  accept(line: string, isRecord: boolean): boolean;
  /** What the exceptions show so far. */
  verdicts(): readonly Verdict[];
  /** True once an exception was seen that is no mere end of a wait: not Ctrl-C, not a cancelled task. */
  counts(): boolean;
  /** The last exception line: of two tracebacks with the same one the second may be an echo. */
  exception(): string;
}

const header = /^(?:Exception Group )?Traceback \(most recent call last\):\s*$/;
const chained =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):\s*$/;
const margin = /^\s*[|+] ?/;
const groupRule = /^\s*\+(?:-\+)?-{8,}/;
const exceptionLine = /^(?!(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL):)[\p{L}_][\p{L}\p{N}_.<>]*(?::|$)/u;
// A line of another program or of the kernel ends a message, whatever its words.
const foreign =
  /^[\w./-]+: line \d+: |^thread '[^']*' .*panicked at|^terminate called|^Fatal Python error|error while loading shared libraries|^(?:Aborted|Killed|Segmentation fault|Bus error)\b/;
const cancelled =
  /^(?:asyncio\.(?:exceptions\.)?)?CancelledError\b|^KeyboardInterrupt\b|^GeneratorExit\b|^SystemExit: 0$/;

const maxMessageLines = 200;
const maxLines = 20_000;
const maxStrangers = 5;

/** True if the line begins a traceback. */
export function isTracebackHeader(line: string): boolean {
  return line.includes('Traceback (most') && header.test(line.replace(margin, ''));
}

/** One that begins with this line; `isPrefixed`: each of its lines has the head of a record (vLLM), which is taken off. */
export function createTraceback(firstLine: string, isPrefixed = false): Traceback {
  let inGroup = margin.test(firstLine);
  const found: Verdict[] = [];
  let part: 'frames' | 'message' | 'chain' = 'frames';
  let lines = 0;
  let messageLines = 0;
  let exception = '';
  let previous = '';
  let strangers = 0;
  let harmless = true;
  let frames = noFrames();

  function accept(line: string, isRecord: boolean): boolean {
    lines += 1;
    if (lines > maxLines) return false;
    if (groupRule.test(line)) inGroup = true;
    const text = inGroup ? line.replace(margin, '') : line;
    const taken = take(text, line, isRecord);
    if (taken && text.trim() !== '') previous = text.trimEnd();
    return taken;
  }

  function take(text: string, line: string, isRecord: boolean): boolean {
    if (text.trim() === '' || groupRule.test(line)) return true;
    if (header.test(text)) return beginPart(line);
    if (part === 'frames') return takeFrame(text, isRecord);
    if (chained.test(text)) {
      part = 'chain';
      return true;
    }
    return part === 'message' && takeMessage(text, line, isRecord);
  }

  /** Another traceback belongs to this one after a chain sentence, in a group, or quoted inside a message. */
  function beginPart(line: string): boolean {
    const quoted = part === 'message' && (previous === '"""' || (previous === exception && /:\s*$/.test(previous)));
    if (part !== 'chain' && !(inGroup && margin.test(line)) && !quoted) return false;
    part = 'frames';
    frames = noFrames();
    return true;
  }

  function takeFrame(text: string, isRecord: boolean): boolean {
    if (/^(?:\s|File ")/.test(text)) {
      noteFrame(frames, text);
      return true;
    }
    if (isRecord) return false;
    if (!exceptionLine.test(text)) {
      // Another thread's print in between, or a source line that lost its indentation.
      strangers += 1;
      return isPrefixed || strangers <= maxStrangers;
    }
    exception = text.trimEnd();
    part = 'message';
    messageLines = 0;
    harmless &&= cancelled.test(text);
    found.push(...verdictsOn(text, frames));
    return true;
  }

  function takeMessage(text: string, line: string, isRecord: boolean): boolean {
    messageLines += 1;
    if (isRecord || messageLines > maxMessageLines || foreign.test(text)) return false;
    // Sub-exceptions of a group stand at its margin; gRPC tells its status in the message.
    const isSubException = inGroup && margin.test(line) && exceptionLine.test(text);
    if (isSubException) harmless &&= cancelled.test(text);
    const verdict = isSubException || grpcStatus.test(text) ? verdictOn(text, 'exception') : undefined;
    if (verdict) found.push(verdict);
    return true;
  }

  return {
    accept,
    verdicts: () => found,
    counts: () => !harmless || exception === '',
    exception: () => exception,
  };
}

const grpcStatus = /^\s*(?:status = StatusCode\.|details = ")/;

interface Frames {
  /** Function and file of the innermost frame. */
  innermost: string;
  modules: number;
  imported: boolean;
  environment: boolean;
}

function noFrames(): Frames {
  return { innermost: '', modules: 0, imported: false, environment: false };
}

const frameLine = /^ {2}File "([^"]*)", line \d+(?:, in (.*))?$/;
const importers =
  /uvicorn\/importer\.py$|gunicorn\/(?:util|app\/wsgiapp)\.py$|^<frozen importlib|importlib\/__init__\.py$/;

function noteFrame(frames: Frames, text: string): void {
  const match = text.startsWith('  File') ? frameLine.exec(text) : null;
  if (!match) return;
  const [, file = '', name = ''] = match;
  frames.innermost = name;
  if (name === '<module>') frames.modules += 1;
  frames.imported ||= importers.test(file);
  frames.environment = name === '__getitem__' && /(?:\/os\.py|<frozen os>)$/.test(file);
}

/** What an exception line says, and what the frames above it add. */
function verdictsOn(text: string, frames: Frames): readonly Verdict[] {
  const said = verdictOn(text, 'exception');
  if (said && !said.vague) return [said];
  // os.environ['NAME'] of a name that is not set.
  if (frames.environment && text.startsWith('KeyError')) return [definite('config_invalid')];
  const isMissingModule = /^(?:ModuleNotFoundError|ImportError)\b/.test(text);
  const atLoad = frames.imported || frames.innermost === '<module>';
  if (isMissingModule) return [definite(atLoad ? 'app_load' : 'missing_dependency')];
  if (said) return [said];
  // Raised by a module's own code while it was imported by another.
  const isImporting = frames.imported || (frames.innermost === '<module>' && frames.modules > 1);
  return isImporting ? [{ rank: rankOf('app_load'), vague: true, family: undefined }] : [];
}

function definite(name: 'app_load' | 'missing_dependency' | 'config_invalid'): Verdict {
  return { rank: rankOf(name), vague: false, family: undefined };
}
