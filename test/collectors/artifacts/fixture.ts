import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createArtifactsCollector } from '../../../src/collectors/artifacts/collector.ts';
import { configSchema } from '../../../src/collectors/artifacts/config.ts';
import type { ArtifactsFacts } from '../../../src/collectors/artifacts/facts.ts';
import type { Collector, OkOutcome } from '../../../src/core/contract.ts';
import { SourceError } from '../../../src/core/contract.ts';
import type { Sources } from '../../../src/sources/index.ts';
import type { Owner, ProcessLook, ProcessStat } from '../../../src/sources/procfs/types.ts';
import { parseSupervisordConfig } from '../../../src/sources/supervisord/config-file.ts';
import { createTestHost } from '../../support/host.ts';
import type { TestHost } from '../../support/host.ts';

/** A node of real files below `root`, with supervisord.conf as text and running programs as real processes. */
export interface Node {
  readonly root: string;
  readonly host: TestHost;
  /** The sections of programs; undefined: supervisord.conf cannot be read. */
  conf: string | undefined;
  /** Programs that run, by pid. */
  readonly running: Map<number, string>;
  /** A process whose environment is supervisord's; undefined: it cannot be seen. */
  supervisordPid: number | undefined;
  put(path: string, content: string | Buffer, mode?: number): string;
  collector(section: unknown, programs?: readonly string[]): Collector<ArtifactsFacts>;
  remove(): void;
}

export function createNode(host = createTestHost()): Node {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gpunode-artifacts-')));
  const node: Node = {
    root,
    host,
    conf: '',
    running: new Map(),
    supervisordPid: undefined,
    put(path, content, mode = 0o644) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, mode);
      return file;
    },
    collector: (section, programs = ['fastapi', 'worker-gpu', 'llama']) =>
      createArtifactsCollector(configSchema.parse(section), {
        host,
        programs,
        sources: sourcesOf(node),
        restored: undefined,
      }),
    remove: () => rmSync(root, { recursive: true }),
  };
  return node;
}

export async function round(collector: Collector<ArtifactsFacts>): Promise<OkOutcome<ArtifactsFacts>> {
  const outcome = await collector.collect(AbortSignal.timeout(5_000));
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome;
}

/** `name label…` → value, for reading in a test. */
export function values({ samples }: OkOutcome): Record<string, unknown> {
  return Object.fromEntries(
    samples.map(({ metric, labels, value }) => [
      [metric.name.replace('gpunode_', ''), ...Object.values(labels)].join(' '),
      value,
    ]),
  );
}

function sourcesOf(node: Node): Sources {
  const unused = (): Promise<never> => Promise.reject(new SourceError('unavailable', 'unused'));
  return {
    supervisord: {
      snapshot: unused,
      config() {
        if (node.conf === undefined) return Promise.reject(new SourceError('denied', 'supervisord.conf: EACCES'));
        const path = join(node.root, 'supervisord.conf');
        const text = `[supervisord]\n${node.conf.replaceAll('ROOT', node.root)}`;
        return Promise.resolve(parseSupervisordConfig(path, [{ path, version: '1', text }], {}));
      },
    },
    owners: { owners: unused, look: () => Promise.resolve(lookOf(node)) },
  };
}

function lookOf({ running, supervisordPid }: Node): ProcessLook {
  const processes = new Map([...running].map(([pid, program]) => [pid, processOf(pid, program)]));
  if (supervisordPid !== undefined) processes.set(supervisordPid, processOf(supervisordPid, 'supervisord'));
  const programs = [...running].map(([pid, program]) => ({ ...idle, pid, program, name: program, group: program }));
  const ownerOf = (pid: number): Owner => {
    const program = running.get(pid);
    return program === undefined ? { kind: 'foreign' } : { kind: 'program', program };
  };
  const state = { code: 1, name: 'RUNNING' };
  const snapshot = { atMs: 0, state, pid: supervisordPid ?? 999_999, version: '', identification: '', programs };
  return { snapshot, processes, unseen: new Set(), ownerOf };
}

function processOf(pid: number, program: string): ProcessStat {
  return { pid, ppid: 1, pgid: pid, state: 'S', comm: program, startTicks: 1, cpuTicks: 0, childCpuTicks: 0 };
}

const idle = {
  state: 20,
  startSeconds: 1,
  stopSeconds: 0,
  nowSeconds: 2,
  spawnError: '',
  exitStatus: 0,
  stdoutLog: '',
  stderrLog: '',
};
