import type { Collector, OkOutcome, SavedState } from '../../core/contract.ts';
import { toSourceError } from '../../core/errors.ts';
import type { Host } from '../../core/host.ts';
import { ownValue } from '../../core/own-value.ts';
import type { Sources } from '../../sources/index.ts';
import type { ModelsConfig } from './config.ts';
import { watchDirectory } from './directories.ts';
import type { ModelsFacts } from './facts.ts';
import { createSubject } from './model.ts';
import { lookAtPrograms } from './program.ts';
import { directorySamples, modelSamples } from './samples.ts';
import { parseSaved } from './saved.ts';

// Shares of a round's time: first programs, then files; the rest is for putting it together.
const programShare = 0.3;
const fileShare = 0.6;

/** Looks at every model and directory at once, so that one path that never answers costs only itself. */
export function createModelsCollector(
  config: ModelsConfig,
  host: Host,
  sources: Sources,
  restored: unknown,
): Collector<ModelsFacts> {
  const before = parseSaved(restored);
  const subjects = config.files.map((file) =>
    createSubject(file, host, {
      stableForMs: config.stable_for,
      directories: config.directories.filter(({ program }) => program === file.program),
      restored: ownValue(before, file.name) ?? {},
    }),
  );
  const directories = config.directories.map((directory) => watchDirectory(directory, host));
  const programs = [...new Set(config.files.map(({ program }) => program))];
  let saved = '';

  function save(): SavedState {
    const data = Object.fromEntries(subjects.map((subject) => [subject.config.name, subject.saved()]));
    const text = JSON.stringify(data);
    const changed = text === saved ? 'none' : 'positions';
    saved = text;
    return { data, changed };
  }

  return {
    async collect(signal): Promise<OkOutcome<ModelsFacts>> {
      const { interval, timeout } = config;
      const seen = await lookAtPrograms(programs, host, sources, { timeoutMs: timeout * programShare, signal });
      const call = { timeoutMs: timeout * fileShare, signal };
      const [models, counted] = await Promise.all([
        Promise.all(subjects.map((subject) => subject.look(seen.get(subject.config.program), call))),
        // A round that comes early looks at what changes, not at everything.
        Promise.all(directories.map((directory) => directory.look(interval * 0.9, call))),
      ]);
      const failed = models.find(({ error }) => error !== undefined);
      const again = models.flatMap(({ lookAgainInMs }) => lookAgainInMs ?? []);
      const answered =
        models.some(({ error }) => error === undefined) || counted.some(({ error }) => error === undefined);
      if (failed !== undefined && !answered) throw toSourceError(failed.error, 'looking at models');
      return {
        ok: true,
        samples: [
          ...models.flatMap(({ fact, unseen }) => modelSamples(fact, unseen)),
          ...counted.flatMap(directorySamples),
        ],
        facts: { models: models.map(({ fact }) => fact), directories: counted },
        health: [],
        saved: save(),
        events: models.flatMap(({ events }) => events),
        ...(again.length > 0 ? { nextInMs: Math.min(...again) } : {}),
      };
    },
  };
}
