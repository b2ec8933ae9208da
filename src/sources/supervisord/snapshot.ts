import { SourceError } from '../../core/contract.ts';
import { faultError } from './fault.ts';
import type { ProgramStatus, SupervisordSnapshot } from './types.ts';
import { readFault } from './xmlrpc.ts';
import type { RpcStruct, RpcValue } from './xmlrpc.ts';

const methods = ['getState', 'getPID', 'getIdentification', 'getSupervisorVersion', 'getAllProcessInfo'] as const;

/** The argument of `system.multicall` that asks for a whole snapshot. */
export const snapshotCalls: readonly RpcValue[] = methods.map(
  (method) =>
    new Map<string, RpcValue>([
      ['methodName', `supervisor.${method}`],
      ['params', []],
    ]),
);

/** Reads the multicall's results; throws `SourceError` for a fault among them or for anything unexpected. */
export function readSnapshot(results: RpcValue, atMs: number): SupervisordSnapshot {
  if (!Array.isArray(results) || results.length !== methods.length) throw invalid('the multicall', 'five results');
  const [state, pid, identification, version, programs] = (results as RpcValue[]).map(refuseFault);
  return {
    atMs,
    state: { code: integer(state, 'statecode'), name: string(state, 'statename') },
    pid: typeof pid === 'number' ? pid : fail('getPID'),
    version: typeof version === 'string' ? version : fail('getSupervisorVersion'),
    identification: typeof identification === 'string' ? identification : fail('getIdentification'),
    programs: Array.isArray(programs) ? (programs as RpcValue[]).map(readProgram) : fail('getAllProcessInfo'),
  };
}

function refuseFault(result: RpcValue): RpcValue {
  if (result instanceof Map && result.has('faultCode')) throw faultError(readFault(result));
  return result;
}

function readProgram(info: RpcValue): ProgramStatus {
  const name = string(info, 'name');
  const group = string(info, 'group');
  return {
    program: programLabel(group, name),
    name,
    group,
    state: integer(info, 'state'),
    startSeconds: integer(info, 'start'),
    stopSeconds: integer(info, 'stop'),
    nowSeconds: integer(info, 'now'),
    pid: integer(info, 'pid'),
    spawnError: withoutSecrets(string(info, 'spawnerr')),
    exitStatus: integer(info, 'exitstatus'),
    stdoutLog: string(info, 'stdout_logfile'),
    stderrLog: string(info, 'stderr_logfile'),
  };
}

/** What supervisorctl prints and accepts. */
export function programLabel(group: string, name: string): string {
  return group === name ? name : `${group}:${name}`;
}

/**
 * A spawn error without what may be secret: supervisord repeats the whole command when it cannot split it into words,
 * and its first word, which is `KEY=value` where somebody took the command for a shell's.
 */
export function withoutSecrets(spawnError: string): string {
  return spawnError.startsWith("can't parse command") ? "can't parse command" : spawnError.replace(/=[^']*/g, '=…');
}

function string(struct: RpcValue | undefined, member: string): string {
  const value = struct instanceof Map ? (struct as RpcStruct).get(member) : undefined;
  return typeof value === 'string' ? value : fail(member);
}

function integer(struct: RpcValue | undefined, member: string): number {
  const value = struct instanceof Map ? (struct as RpcStruct).get(member) : undefined;
  return typeof value === 'number' && Number.isInteger(value) ? value : fail(member);
}

function fail(what: string): never {
  throw invalid(what, 'a value of another type');
}

function invalid(what: string, expected: string): SourceError {
  return new SourceError('invalid', `supervisord's answer is not as expected: ${what} should be ${expected}`);
}
