import type { TimedEvent } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';
import type { FileCallOptions, Host } from '../../core/host.ts';
import type { DirectoryConfig, ModelConfig } from './config.ts';
import { diskFact, everyAnomaly, missingFact, unknownFact } from './fact.ts';
import type { ModelFact } from './facts.ts';
import { locateModel } from './locate.ts';
import type { Location } from './locate.ts';
import type { Anomaly } from './metrics.ts';
import type { ProgramLook } from './program.ts';
import type { SavedModel } from './saved.ts';
import { servesAnotherFile, watchServer } from './served.ts';
import { watchFile } from './watch.ts';

/** One configured model. */
export interface ModelSubject {
  readonly config: ModelConfig;
  /** Never throws: what could not be looked at is unknown. `program` is undefined when programs cannot be seen. */
  look(program: ProgramLook | undefined, call: FileCallOptions): Promise<SubjectLook>;
  saved(): SavedModel;
}

export interface SubjectLook {
  readonly fact: ModelFact;
  /** Anomalies that could not be looked for. */
  readonly unseen: ReadonlySet<Anomaly>;
  readonly events: readonly TimedEvent[];
  /** Worth another look so soon. */
  readonly lookAgainInMs: number | undefined;
  /** Why the look failed, if it did. */
  readonly error?: unknown;
}

export interface SubjectOptions {
  readonly stableForMs: number;
  /** Where to look for the newest model, for one without a path. */
  readonly directories: readonly DirectoryConfig[];
  readonly restored: SavedModel;
}

export function createSubject(config: ModelConfig, host: Host, options: SubjectOptions): ModelSubject {
  const { name, format } = config;
  const file = watchFile(name, host, { stableForMs: options.stableForMs, format });
  const server = watchServer(options.restored.server);
  let remembered: Pick<SavedModel, 'path' | 'script'> = options.restored;
  let program = options.restored.program ?? config.program;

  async function locate(look: ProgramLook | undefined, call: FileCallOptions): Promise<Location> {
    if (config.path !== undefined) return { path: config.path, from: 'config', script: undefined, missing: false };
    const found = await locateModel(host.files, { look, directories: options.directories, remembered }, call);
    if (found.path === undefined || found.from === 'remembered') return found;
    if (found.path !== remembered.path) {
      host.log.info('model found', { model: name, path: found.path, from: found.from });
    }
    // What a running server says holds until its start script changes.
    remembered = found.from === 'command_line' ? { path: found.path, script: found.script } : { path: found.path };
    return found;
  }

  async function lookAt(path: string, seen: ProgramLook | undefined, call: FileCallOptions): Promise<FileAndServer> {
    const watched = await file.look(path, call, seen?.user);
    const { verdict, events, lookAgainInMs } = watched;
    const serving = server.look(seen, verdict, host.clock.now());
    const isUnseen = seen?.unseen ?? true;
    let replaced: boolean | undefined = isUnseen ? undefined : false;
    if (serving !== undefined && verdict !== undefined) {
      replaced = await servesAnotherFile(host.files, serving, { path, verdict, named: seen?.model }, call);
    }
    return {
      fact: {
        ...diskFact(watched, replaced === true),
        ...(serving === undefined ? {} : { server: serving }),
        ...(isUnseen ? { serverUnseen: true } : {}),
      },
      unseen: new Set(replaced === undefined ? ['replaced_while_mapped'] : []),
      events,
      lookAgainInMs,
    };
  }

  return {
    config,
    async look(seen, call) {
      program = seen?.program ?? program;
      const { path, from, missing } = await locate(seen, call);
      const subject = { model: name, program, pathFrom: from, ...(path === undefined ? {} : { path }) };
      const unknown = { unseen: everyAnomaly, events: [], lookAgainInMs: undefined };
      if (path === undefined) {
        const fact = missing ? missingFact(file.nothing()) : unknownFact('nothing says which file it is');
        return { ...unknown, fact: { ...subject, ...fact } };
      }
      try {
        const looked = await lookAt(path, seen, call);
        return { ...looked, fact: { ...subject, ...looked.fact } };
      } catch (error) {
        return { ...unknown, fact: { ...subject, ...unknownFact(errorMessage(error)) }, error };
      }
    },
    saved: () => {
      const served = server.saved();
      return { ...remembered, program, ...(served === undefined ? {} : { server: served }) };
    },
  };
}

interface FileAndServer extends Omit<SubjectLook, 'fact' | 'error'> {
  readonly fact: Omit<ModelFact, 'model' | 'program' | 'pathFrom' | 'path'>;
}
