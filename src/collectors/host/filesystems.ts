import { normalize } from 'node:path';
import type { FailureReason } from '../../core/contract.ts';
import { SourceError } from '../../core/contract.ts';
import { errorCode } from '../../core/errors.ts';
import type { Files } from '../../core/host.ts';
import type { Mount } from '../../sources/mounts/mountinfo.ts';
import { findMounts, readFilesystem } from '../../sources/mounts/operations.ts';
import type { FilesystemUsage } from '../../sources/mounts/operations.ts';
import type { HostConfig } from './config.ts';

/** What is known of one configured path; absent: could not be told. */
export interface FilesystemFacts {
  readonly path: string;
  readonly requireMount: boolean;
  readonly mounted?: boolean;
  readonly readOnly?: boolean;
  readonly sizeBytes?: number;
  readonly availableBytes?: number;
  readonly fsType?: string;
  /** Mount options, credentials masked. */
  readonly options?: string;
  readonly problem?: { readonly reason: FailureReason; readonly text: string };
}

export interface FilesystemLook {
  readonly files: Files;
  /** For each path by itself: one that hangs takes no time from the others. */
  readonly timeoutMs: number;
  /** For reading the mount table afterwards. */
  readonly tableTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly procRoot: string;
  /** Supervisord's pid, where it is known. */
  readonly supervisordPid: number | undefined;
}

export async function observeFilesystems(
  configured: HostConfig['filesystems'],
  look: FilesystemLook,
): Promise<FilesystemFacts[]> {
  const { files, timeoutMs, signal } = look;
  const answers = await Promise.all(
    configured.map(async ({ path }) => {
      return await files
        .call(readFilesystem, path, null, { timeoutMs, signal })
        .catch((error: unknown) => asError(error));
    }),
  );
  // What does not answer is looked up as it is written.
  const realPaths = configured.map(({ path }, index) => {
    const answer = answers[index];
    return answer === undefined || answer instanceof SourceError ? trimmed(normalize(path)) : answer.realPath;
  });
  const [own, programs] = await Promise.all([readTable('self', realPaths, look), readProgramsTable(realPaths, look)]);
  return configured.map(({ path, require_mount: requireMount }, index) => {
    const realPath = realPaths[index] ?? path;
    const mount = own instanceof SourceError ? undefined : own[realPath];
    const answer = answers[index] ?? asError(undefined);
    const problem = answer instanceof SourceError ? answer : own instanceof SourceError ? own : undefined;
    return {
      path,
      requireMount,
      ...(own instanceof SourceError ? {} : mountedFact(mount?.mountPoint === realPath, answer)),
      ...(mount === undefined || !concerns(mount, realPath, answer) ? {} : mountFacts(mount, programs[realPath])),
      ...(answer instanceof SourceError ? {} : usageFacts(answer)),
      ...(problem === undefined ? {} : { problem: { reason: problem.reason, text: problem.message } }),
    };
  });
}

// A path that is not there lies on no file system, though the table has one above it.
function concerns(mount: Mount, realPath: string, answer: FilesystemUsage | SourceError): boolean {
  const code = answer instanceof SourceError ? errorCode(answer) : undefined;
  return mount.mountPoint === realPath || (code !== 'ENOENT' && code !== 'ENOTDIR');
}

type Table = Readonly<Record<string, Mount>>;

async function readTable(
  pid: 'self' | number,
  paths: readonly string[],
  look: FilesystemLook,
): Promise<Table | SourceError> {
  const { files, tableTimeoutMs: timeoutMs, signal, procRoot } = look;
  const file = `${procRoot}/${pid}/mountinfo`;
  return await files.call(findMounts, file, { paths }, { timeoutMs, signal }).catch((error: unknown) => asError(error));
}

async function readProgramsTable(paths: readonly string[], look: FilesystemLook): Promise<Table> {
  if (look.supervisordPid === undefined) return {};
  const table = await readTable(look.supervisordPid, paths, look);
  return table instanceof SourceError ? {} : table;
}

// What a dead server or a FUSE process that has gone leaves behind is in the table, but nothing is mounted in any useful sense.
const deadMountCodes = new Set([
  'ENOTCONN',
  'ECONNABORTED',
  'ESTALE',
  'EIO',
  'ENXIO',
  'ENODEV',
  'ESHUTDOWN',
  'EHOSTDOWN',
]);

function mountedFact(inTable: boolean, answer: FilesystemUsage | SourceError): { mounted?: boolean } {
  if (!inTable) return { mounted: false };
  if (!(answer instanceof SourceError)) return { mounted: true };
  if (deadMountCodes.has(errorCode(answer) ?? '') || answer.reason === 'unavailable') return { mounted: false };
  // It may not be looked into, but it is there; of one that hangs nobody knows.
  return answer.reason === 'denied' ? { mounted: true } : {};
}

function mountFacts(
  mount: Mount,
  programs: Mount | undefined,
): Pick<FilesystemFacts, 'readOnly' | 'fsType' | 'options'> {
  const { fsType, options, superOptions } = mount;
  // A service manager may have made our view of it read-only; that is not the programs' view.
  const sameMount = programs?.device === mount.device && programs.mountPoint === mount.mountPoint;
  const viewIsReadOnly = (sameMount ? programs : mount).options.includes('ro');
  return {
    readOnly: viewIsReadOnly || superOptions.includes('ro'),
    fsType,
    options: [...new Set([...options, ...superOptions])].map((option) => masked(option)).join(','),
  };
}

function usageFacts({ sizeBytes, availableBytes }: FilesystemUsage): { sizeBytes?: number; availableBytes?: number } {
  return sizeBytes === undefined || availableBytes === undefined ? {} : { sizeBytes, availableBytes };
}

function masked(option: string): string {
  return option.replace(/^([^=]*(?:pass|secret|token|key|cred)[^=]*)=.*$/i, '$1=***');
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

function asError(error: unknown): SourceError {
  return error instanceof SourceError ? error : new SourceError('error', 'no answer', { cause: error });
}
