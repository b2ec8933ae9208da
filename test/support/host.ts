/** A `Host` for tests: real file operations in this process, a clock that stands still, a log that is kept. */
import type {
  Exec,
  FileCallOptions,
  FileOperation,
  Files,
  Host,
  HttpClient,
  LogFields,
  Logger,
} from '../../src/core/host.ts';
import { HttpFailure } from '../../src/core/host.ts';
import { toSourceError } from '../../src/core/errors.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: LogFields;
}

export interface TestClock {
  nowMs: number;
  now(): number;
  monotonicMs(): number;
}

export interface TestHost extends Host {
  readonly clock: TestClock;
  readonly lines: LogLine[];
}

/** Noon of a winter day, so that goldens have a fixed time. */
export const testNowMs = Date.UTC(2026, 0, 15, 12, 0, 0);

export function createTestHost(overrides: Partial<Pick<Host, 'exec' | 'http' | 'files'>> = {}): TestHost {
  const lines: LogLine[] = [];
  const clock: TestClock = { nowMs: testNowMs, now: () => clock.nowMs, monotonicMs: () => clock.nowMs };
  return {
    exec: overrides.exec ?? noExec,
    http: overrides.http ?? noHttp,
    files: overrides.files ?? localFiles,
    clock,
    lines,
    log: keepLines(lines),
  };
}

const localFiles: Files = {
  async call<Args, Result>(
    operation: FileOperation<Args, Result>,
    path: string,
    args: Args,
    _options: FileCallOptions,
  ): Promise<Result> {
    try {
      const result = await operation.run(path, structuredClone(args));
      return result === undefined ? result : (JSON.parse(JSON.stringify(result)) as Result);
    } catch (error) {
      throw toSourceError(error, `${operation.name} ${path}`);
    }
  },
  stuckMs: () => 0,
};

const noExec: Exec = ([file]) =>
  Promise.resolve({
    stdout: '',
    stderr: '',
    spawnError: { code: 'ENOENT', message: `spawn ${file} ENOENT` },
    timedOut: false,
    outputTruncated: false,
    exited: Promise.resolve(),
  });

const noHttp: HttpClient = {
  request: (request) =>
    Promise.reject(new HttpFailure('refused', `connect ECONNREFUSED ${request.url}`, 'ECONNREFUSED')),
};

function keepLines(lines: LogLine[]): Logger {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
