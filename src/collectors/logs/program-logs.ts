/** Which files are the logs of which programs. */
import { membersOf } from '../../sources/procfs/members.ts';
import type {
  LogRotation,
  ProgramStanza,
  ProgramStatus,
  SupervisordSnapshot,
} from '../../sources/supervisord/types.ts';
import type { LogFileConfig } from './config.ts';

export interface ProgramLog {
  readonly program: string;
  readonly path: string;
  /** When the program was started, in milliseconds; undefined where nobody knows, 0 for never. */
  readonly startedMs: number | undefined;
  /** Size at which supervisord empties it in place. */
  readonly truncatedAtBytes: number | undefined;
}

/** The configured files; supervisord, where it is known, tells when their programs were started and how it rotates. */
export function configuredLogs(
  files: readonly LogFileConfig[],
  snapshot: SupervisordSnapshot | undefined,
  stanzas: readonly ProgramStanza[],
): ProgramLog[] {
  return files.map(({ program, path }) => {
    const status = snapshot?.programs.find((each) => each.program === program);
    return logOf(program, path, status, rotationOf(path, status, stanzas));
  });
}

/**
 * The programs' own logs: standard error, and standard output where it is the same, where the program is known to log
 * there, or where nothing was ever written to standard error.
 */
export function supervisordLogs(
  names: readonly string[],
  snapshot: SupervisordSnapshot,
  stanzas: readonly ProgramStanza[],
  isSilent: (path: string) => boolean,
): ProgramLog[] {
  const programs = new Map(
    names.flatMap((name) => membersOf(name, snapshot)).map((status) => [status.program, status]),
  );
  const paths = new Set<string>();
  return [...programs.values()].flatMap((status) => {
    const { program, stderrLog, stdoutLog } = status;
    const stanza = stanzas.find((each) => each.program === program);
    const alsoStdout = !isFile(stderrLog) || logsToStdout(program, stanza) || isSilent(stderrLog);
    const own = [stderrLog, ...(alsoStdout ? [stdoutLog] : [])].filter((path) => isFile(path) && !paths.has(path));
    for (const path of own) paths.add(path);
    return own.map((path) => logOf(program, path, status, rotationOf(path, status, stanzas)));
  });
}

function logOf(
  program: string,
  path: string,
  status: ProgramStatus | undefined,
  rotation: LogRotation | undefined,
): ProgramLog {
  const emptied = rotation?.backups === 0 && rotation.maxBytes > 0 ? rotation.maxBytes : undefined;
  const startedMs = status && status.startSeconds * 1000;
  return { program, path, startedMs, truncatedAtBytes: emptied };
}

function rotationOf(
  path: string,
  status: ProgramStatus | undefined,
  stanzas: readonly ProgramStanza[],
): LogRotation | undefined {
  const stanza = stanzas.find(({ program }) => program === status?.program);
  if (path === status?.stderrLog) return stanza?.stderrRotation;
  return path === status?.stdoutLog ? stanza?.stdoutRotation : undefined;
}

/** Temporal's core logs to standard output, and llama-server does with --log-jsonl. */
function logsToStdout(program: string, stanza: ProgramStanza | undefined): boolean {
  return /worker|temporal/i.test(`${program} ${stanza?.command ?? ''}`) || /--log-jsonl\b/.test(stanza?.command ?? '');
}

/** /dev/stderr, /proc/self/fd/2 and their kin are supervisord's own streams: to whoever else opens them they are others. */
function isFile(path: string): boolean {
  return /^\/(?!(?:dev|proc)\/)/.test(path);
}
