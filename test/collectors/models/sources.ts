import type { Sources } from '../../../src/sources/index.ts';
import type { ProcessStat } from '../../../src/sources/procfs/types.ts';
import type {
  ProgramStanza,
  ProgramStatus,
  SupervisordConfig,
  SupervisordSnapshot,
} from '../../../src/sources/supervisord/types.ts';

export interface FakeNode {
  programs: ProgramStatus[];
  /** Processes by the program that they belong to. */
  processes: { program: string; process: ProcessStat }[];
  stanzas: ProgramStanza[];
  /** Neither supervisord nor /proc can be asked. */
  down: boolean;
  /** Programs whose processes are hidden. */
  unseen: string[];
}

export function fakeNode(): FakeNode {
  return { programs: [programStatus('llama')], processes: [], stanzas: [], down: false, unseen: [] };
}

/** Services over a node that the test describes. */
export function fakeSources(node: FakeNode): Sources {
  const snapshot = (): SupervisordSnapshot => ({
    atMs: 0,
    state: { code: 1, name: 'RUNNING' },
    pid: 1,
    version: '4.2.5',
    identification: 'supervisor',
    programs: node.programs,
  });
  const whenUp = <T>(value: () => T): Promise<T> =>
    node.down ? Promise.reject(new Error('supervisord is not there')) : Promise.resolve(value());
  return {
    supervisord: {
      snapshot: () => whenUp(snapshot),
      // The collector reads the stanzas and nothing else.
      config: () => whenUp(() => ({ programs: node.stanzas }) as Partial<SupervisordConfig> as SupervisordConfig),
    },
    owners: {
      owners: () => whenUp(() => new Map()),
      look: () =>
        whenUp(() => ({
          snapshot: snapshot(),
          processes: new Map(node.processes.map(({ process }) => [process.pid, process])),
          unseen: new Set(node.unseen),
          ownerOf: (pid) => {
            const program = node.processes.find(({ process }) => process.pid === pid)?.program;
            return program === undefined ? { kind: 'foreign' } : { kind: 'program', program };
          },
        })),
    },
  };
}

export function programStatus(program: string): ProgramStatus {
  const [group = program, name = group] = program.split(':');
  return {
    program,
    name,
    group,
    state: 20,
    startSeconds: 0,
    stopSeconds: 0,
    nowSeconds: 0,
    pid: 0,
    spawnError: '',
    exitStatus: 0,
    stdoutLog: '',
    stderrLog: '',
  };
}

export function stanza(
  program: string,
  command: string,
  user?: string,
  environment: Readonly<Record<string, string>> = {},
): ProgramStanza {
  const known: Partial<ProgramStanza> = {
    program,
    name: program,
    group: program,
    command,
    user,
    environmentNames: Object.keys(environment),
    environmentValue: (name) => environment[name],
  };
  return known as ProgramStanza;
}
