import type { LogFields, Logger } from '../../core/host.ts';
import type { ArtifactsFacts } from './facts.ts';

/** Logs what is wrong, and when it is right again, once each. */
export function createNotes(log: Logger): (facts: ArtifactsFacts) => void {
  const said = new Map<string, string>();

  function note(subject: string, problem: string | undefined, fields: LogFields): void {
    const before = said.get(subject);
    if (problem === before) return;
    if (problem === undefined) {
      said.delete(subject);
      log.info('artifact is in order again', fields);
      return;
    }
    said.set(subject, problem);
    log.warn('artifact is not in order', { ...fields, problem });
  }

  return ({ paths, binaries }) => {
    for (const { path, programs, present, problem } of paths) {
      const text = present === false ? 'missing' : problem;
      note(`path ${path}`, text, { path, ...(programs.length === 0 ? {} : { programs: programs.join(' ') }) });
    }
    for (const { binary, program, path, problem, missingLibraries } of binaries) {
      const missing = missingLibraries?.length ? `missing libraries: ${missingLibraries.join(', ')}` : undefined;
      note(`binary ${program} ${binary}`, problem ?? missing, { binary, program, path });
    }
  };
}
