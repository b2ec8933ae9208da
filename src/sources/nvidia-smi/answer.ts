import { constants } from 'node:os';
import type { FailureReason } from '../../core/contract.ts';
import type { ExecResult } from '../../core/host.ts';

/** What a finished nvidia-smi said, before its rows are read. `message` is one line for the log. */
export type Answer =
  /** Worth reading as rows, whatever the exit code: 14 (corrupted infoROM) comes with good ones. */
  | { readonly kind: 'rows' }
  /** Definitely no card that could be used: no nvidia-smi, no driver, no device. */
  | { readonly kind: 'none'; readonly message: string }
  /** One card cannot be opened; up to 550 nvidia-smi then prints no row for any card. */
  | { readonly kind: 'no_handle'; readonly message: string }
  | { readonly kind: 'unknown_field'; readonly field: string; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string };

type Verdict = 'none' | 'no_handle' | FailureReason;

const noHandle = /^Unable to determine the device handle for GPU/im;

// Errors are printed to stdout. The texts are those of nvidia-smi 470 to 595, first match wins.
const texts: readonly (readonly [RegExp, Verdict])[] = [
  [noHandle, 'no_handle'],
  [/^No devices were found/m, 'none'],
  [/couldn't communicate with the NVIDIA driver/, 'none'],
  [/couldn't find libnvidia-ml/, 'none'],
  [/No supported GPUs were found/, 'none'],
  [/^Failed to initialize NVML: (?:GPU is lost|GPU requires reset)/m, 'none'],
  [/^Failed to initialize NVML: (?:Insufficient Permissions|GPU access blocked by the operating system)/m, 'denied'],
  [/^Failed to initialize NVML: /m, 'unavailable'],
  [/^Unable to determine the number of GPUs/m, 'unavailable'],
];

// nvmlReturn_t, which nvidia-smi exits with, where no text says more. 126 and 127 are a shell's.
const exitCodes: Readonly<Record<number, Verdict>> = {
  2: 'invalid',
  3: 'invalid',
  4: 'denied',
  6: 'none',
  9: 'none',
  12: 'none',
  17: 'denied',
  18: 'unavailable',
  126: 'denied',
  127: 'none',
};

/** Says what kind of answer this is; `looksLikeRows` recognises the beginning of the expected table. */
export function classifyAnswer(result: ExecResult, looksLikeRows: (stdout: string) => boolean): Answer {
  const { spawnError, exitCode, signal, stdout, stderr } = result;
  if (spawnError) return startFailure(spawnError);
  if (result.outputTruncated) return failed('invalid', 'nvidia-smi printed more than can be read');
  if (exitCode === undefined) return failed('error', `nvidia-smi was ended by ${signal ?? 'a signal'}`);

  const field = /^Field "([^"]+)" is not a valid field to query/m.exec(`${stdout}\n${stderr}`)?.[1];
  const message = oneLine(exitCode, stdout, stderr);
  if (field !== undefined) return { kind: 'unknown_field', field, message };
  // On stdout it stands in the place of rows, whether or not their header was printed before it.
  if (noHandle.test(stdout)) return { kind: 'no_handle', message };
  if (looksLikeRows(stdout)) return { kind: 'rows' };
  const verdict = verdictOf(exitCode, `${stdout}\n${stderr}`);
  return verdict === 'none' || verdict === 'no_handle' ? { kind: verdict, message } : failed(verdict, message);
}

/** The exit code as a shell would show it; undefined while there is none. */
export function exitCodeOf({ exitCode, signal, spawnError, timedOut }: ExecResult): number | undefined {
  if (spawnError) return spawnError.code === 'ENOENT' ? 127 : 126;
  if (timedOut) return undefined;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return exitCode ?? (number === undefined ? undefined : 128 + number);
}

/** Complaints that come beside good rows (from 580 on a card that cannot be opened is only told there); one line. */
export function complaintOf({ stdout, stderr }: ExecResult): string {
  const warnings = [...stdout.matchAll(/^WARNING: .*$/gm)].map(([line]) => line);
  return shorten([stderr, ...warnings].join(' '));
}

function failed(reason: FailureReason, message: string): Answer {
  return { kind: 'failed', reason, message };
}

function startFailure({ code, message }: { code: string; message: string }): Answer {
  if (code === 'ENOENT') return { kind: 'none', message: 'nvidia-smi is not installed' };
  const reason = code === 'EACCES' || code === 'EPERM' ? 'denied' : 'error';
  return failed(reason, `nvidia-smi cannot be started: ${message}`);
}

function verdictOf(exitCode: number, output: string): Verdict {
  const verdict = texts.find(([text]) => text.test(output))?.[1] ?? exitCodes[exitCode];
  return verdict ?? (exitCode === 0 ? 'invalid' : 'error');
}

function oneLine(exitCode: number, stdout: string, stderr: string): string {
  const said = shorten(`${stdout} ${stderr}`);
  return said === ''
    ? `nvidia-smi ended with ${exitCode} and said nothing`
    : `nvidia-smi ended with ${exitCode}: ${said}`;
}

function shorten(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
