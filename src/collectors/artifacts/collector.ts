import type { Collector, CollectorContext, Outcome } from '../../core/contract.ts';
import { SourceError } from '../../core/contract.ts';
import { toSourceError } from '../../core/errors.ts';
import { untilAborted } from '../../core/until-aborted.ts';
import type { Sources } from '../../sources/index.ts';
import { inspectBinary } from './binaries.ts';
import { configSchema } from './config.ts';
import type { ArtifactsConfig } from './config.ts';
import { knownVariables } from './environment.ts';
import type { ArtifactsFacts } from './facts.ts';
import { createNotes } from './notes.ts';
import { observePaths } from './paths.ts';
import type { ModulePlaces } from './paths.ts';
import { programsNamed, readPrograms } from './programs.ts';
import type { ProgramContext } from './programs.ts';
import { artifactSamples } from './samples.ts';
import { findTimeouts } from './timeouts.ts';

// Shares of a round's time: the programs take up to three answers, what they lead to two.
const shares = { programs: 0.15, reads: 0.25 };

/** `procRoot` is /proc but in tests. */
export function createArtifactsCollector(
  config: ArtifactsConfig,
  { host, sources, programs: configured }: CollectorContext<Sources>,
  procRoot = '/proc',
): Collector<ArtifactsFacts> {
  const { files } = host;
  const note = createNotes(host.log);
  const places: ModulePlaces = new Map();
  const variables = [...new Set([...knownVariables, ...config.timeouts.map(({ name }) => name)])];
  const scripts = Map.groupBy(config.timeouts, ({ program }) => program);
  const scriptFiles = new Map([...scripts].map(([program, each]) => [program, each.flatMap(({ files }) => files)]));

  async function look(signal: AbortSignal): Promise<ArtifactsFacts | SourceError> {
    const timeoutMs = config.timeout * shares.programs;
    const known = await readPrograms({ files, sources, configured, variables, procRoot, timeoutMs, signal }).catch(
      (error: unknown) => toSourceError(error, 'the programs'),
    );
    const programs = known instanceof SourceError ? [] : known;
    const { binaries, timeouts } = relevantTo(programs, configured, config);
    const options = { files, timeoutMs: config.timeout * shares.reads, signal };
    const binaryOptions = { ...options, procRoot, scripts: scriptFiles, programsKnown: programs === known };
    const [paths, inspected, waits] = await Promise.all([
      observePaths(config.paths, programs, places, options),
      Promise.all(
        binaries.map(async (binary) => {
          const unknown = { binary: binary.name, program: binary.program, path: binary.name };
          return await inspectBinary(binary, programs, binaryOptions).catch(() => unknown);
        }),
      ),
      findTimeouts(timeouts, programs, options),
    ]);
    const facts = { paths, binaries: inspected, timeouts: waits, programsKnown: programs === known };
    const isEmpty = artifactSamples(facts).length === 0 && known instanceof SourceError;
    return isEmpty ? known : facts;
  }

  return {
    async collect(signal): Promise<Outcome<ArtifactsFacts>> {
      const facts = await untilAborted(look(signal), signal, 'files of the programs');
      if (facts instanceof SourceError) throw facts;
      note(facts);
      return { ok: true, samples: artifactSamples(facts), facts, health: [] };
    },
  };
}

/** The defaults are about llama; where that is no target they are about nothing. */
function relevantTo(
  programs: readonly ProgramContext[],
  configured: readonly string[],
  config: ArtifactsConfig,
): Pick<ArtifactsConfig, 'binaries' | 'timeouts'> {
  const isTarget = ({ program }: { readonly program: string }): boolean =>
    configured.includes(program) || programsNamed(program, programs).length > 0;
  const { binaries, timeouts } = config;
  return {
    binaries: isSame(binaries, defaults.binaries) ? binaries.filter(isTarget) : binaries,
    timeouts: isSame(timeouts, defaults.timeouts) ? timeouts.filter(isTarget) : timeouts,
  };
}

const defaults = configSchema.parse({});

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
