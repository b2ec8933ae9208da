import { SourceError } from './contract.ts';
import type { FailureReason } from './contract.ts';

/** Turns anything thrown into a `SourceError`, with the reason that its errno stands for; `what` says what was tried. */
export function toSourceError(error: unknown, what: string): SourceError {
  if (error instanceof SourceError) return error;
  const code = errorCode(error);
  return new SourceError(reasonOf(code), `${what}: ${errorMessage(error)}`, { cause: error });
}

/** Node's `code` of an error (`ENOENT`, …) or that of its cause. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? errorCode(error.cause) : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const reasons: Readonly<Record<string, FailureReason>> = {
  EACCES: 'denied',
  EPERM: 'denied',
  ENOENT: 'unavailable',
  ENOTDIR: 'unavailable',
  ESTALE: 'unavailable',
  ENXIO: 'unavailable',
  ENODEV: 'unavailable',
  ENOTCONN: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EPIPE: 'unavailable',
  ETIMEDOUT: 'timeout',
};

function reasonOf(code: string | undefined): FailureReason {
  return (code !== undefined && reasons[code]) || 'error';
}
