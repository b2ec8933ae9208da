import { appendFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError } from '../../../src/core/contract.ts';
import type {
  ProgramStanza,
  ProgramStatus,
  SupervisordConfig,
  SupervisordService,
} from '../../../src/sources/supervisord/types.ts';
import type { TestClock } from '../../support/host.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** supervisord's log and answers, made by hand: what takes hours happens at once. */
export interface FakeSupervisord {
  readonly service: SupervisordService;
  readonly logFile: string;
  /** Program label to what the RPC says. */
  readonly programs: Map<string, Mutable<ProgramStatus>>;
  readonly config: Mutable<SupervisordConfig>;
  /** The RPC fails with this. */
  failure: SourceError | undefined;
  /** The RPC does not answer. */
  hang: boolean;
  /** Nothing is written to the log: a level at which it is silent. */
  silent: boolean;
  add(group: string, name: string, stanza?: Partial<ProgramStanza>): void;
  /** supervisord itself starts. */
  boot(): void;
  spawn(program: string, pid?: number): void;
  success(program: string): void;
  /** `how`: `exit status 3`, `terminated by SIGKILL`. */
  exit(program: string, how: string, expected?: boolean): void;
  /** BACKOFF instead of EXITED. */
  exitTooQuickly(program: string, how: string): void;
  stop(program: string): void;
  giveUp(program: string): void;
  line(text: string): void;
  /** From now on it writes to, and its configuration names, another file of its folder. */
  moveLog(name: string): void;
  /** The log goes away to `.1`, that to `.2`, … */
  rotate(): void;
  remove(): void;
}

export function createFakeSupervisord(clock: TestClock, zoneOffsetMs = 0): FakeSupervisord {
  const directory = mkdtempSync(join(tmpdir(), 'fake-'));
  const logFile = join(directory, 'supervisord.log');
  let written = logFile;
  writeFileSync(logFile, '');
  const programs: FakeSupervisord['programs'] = new Map();
  let lastPid = 1_000;
  const seconds = (): number => Math.floor(clock.nowMs / 1_000);

  const fake: FakeSupervisord = {
    logFile,
    programs,
    config: {
      file: '/etc/supervisor/supervisord.conf',
      serverUrl: 'unix:///run/supervisor.sock',
      username: undefined,
      password: undefined,
      mainLog: logFile,
      mainLogRotation: { maxBytes: 0, backups: 0 },
      logLevel: 'info',
      identifier: 'supervisor',
      programs: [],
      warnings: [],
    },
    failure: undefined,
    hang: false,
    silent: false,
    service: {
      snapshot({ signal }) {
        if (fake.hang) return hanging(signal);
        if (fake.failure !== undefined) return Promise.reject(fake.failure);
        const now = seconds();
        return Promise.resolve({
          atMs: clock.nowMs,
          state: { code: 1, name: 'RUNNING' },
          pid: 1,
          version: '4.2.5',
          identification: 'supervisor',
          programs: structuredClone([...programs.values()]).map((program) => ({ ...program, nowSeconds: now })),
        });
      },
      config: () => Promise.resolve(fake.config),
    },
    add(group, name, stanza = {}) {
      const program = group === name ? name : `${group}:${name}`;
      programs.set(program, {
        program,
        name,
        group,
        state: 0,
        startSeconds: 0,
        stopSeconds: 0,
        nowSeconds: 0,
        pid: 0,
        spawnError: '',
        exitStatus: 0,
        stdoutLog: '',
        stderrLog: '',
      });
      const planned = {
        program,
        name,
        group,
        command: `/bin/${name}`,
        autorestart: 'true',
        startsecs: 1,
        exitcodes: [0],
      };
      fake.config.programs = [...fake.config.programs, { ...planned, ...stanza } as ProgramStanza];
    },
    boot() {
      fake.line('INFO supervisord started with pid 1');
      for (const program of programs.values()) {
        Object.assign(program, { state: 0, startSeconds: 0, stopSeconds: 0, pid: 0, spawnError: '', exitStatus: 0 });
      }
    },
    spawn(program, pid = (lastPid += 1)) {
      set(program, { state: 20, pid, startSeconds: seconds(), spawnError: '', exitStatus: 0 });
      fake.line(`INFO spawned: '${nameOf(program)}' with pid ${pid}`);
    },
    success(program) {
      fake.line(
        `INFO success: ${nameOf(program)} entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)`,
      );
    },
    exit(program, how, expected = false) {
      const exitStatus = Number(/status (\d+)/.exec(how)?.[1] ?? -1);
      set(program, { state: 100, pid: 0, stopSeconds: seconds(), exitStatus });
      fake.line(`WARN exited: ${nameOf(program)} (${how}; ${expected ? 'expected' : 'not expected'})`);
    },
    exitTooQuickly(program, how) {
      set(program, { state: 30, pid: 0, stopSeconds: seconds(), exitStatus: 0 });
      fake.line(`WARN exited: ${nameOf(program)} (${how}; not expected)`);
    },
    stop(program) {
      set(program, { state: 0, pid: 0, stopSeconds: seconds(), exitStatus: -1 });
      fake.line(`WARN stopped: ${nameOf(program)} (terminated by SIGTERM)`);
    },
    giveUp(program) {
      set(program, { state: 200, pid: 0 });
      fake.line(`INFO gave up: ${nameOf(program)} entered FATAL state, too many start retries too quickly`);
    },
    line(text) {
      if (fake.silent) return;
      const stamp = new Date(clock.nowMs + zoneOffsetMs).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23);
      appendFileSync(written, `${stamp} ${text}\n`);
    },
    moveLog(name) {
      written = join(directory, name);
      fake.config.mainLog = written;
    },
    rotate() {
      for (let backup = 9; backup > 0; backup -= 1) {
        if (existsSync(`${logFile}.${backup}`)) renameSync(`${logFile}.${backup}`, `${logFile}.${backup + 1}`);
      }
      renameSync(logFile, `${logFile}.1`);
      writeFileSync(logFile, '');
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };

  function set(program: string, changes: Partial<ProgramStatus>): void {
    Object.assign(programs.get(program) ?? {}, changes);
  }

  function nameOf(program: string): string {
    return programs.get(program)?.name ?? program;
  }

  return fake;
}

/** As the real service: whoever asked gives up. */
function hanging(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => reject(new SourceError('timeout', 'supervisord did not answer in time')));
  return promise;
}

export const down = (): SourceError =>
  new SourceError('unavailable', 'supervisord at /run/supervisor.sock: no such socket');
export const denied = (): SourceError =>
  new SourceError('denied', 'supervisord at /run/supervisor.sock: permission denied');
