import type { Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { ArtifactsFacts } from './facts.ts';
import { metrics } from './metrics.ts';

/** What could not be told has no sample. */
export function artifactSamples({ paths, binaries, timeouts }: ArtifactsFacts): Sample[] {
  return [
    ...paths.flatMap(({ path, present }) =>
      present === undefined ? [] : [sample(metrics.pathPresent, { path }, present)],
    ),
    ...binaries.flatMap(({ binary, program, runnable, missingLibraries }) => [
      ...(runnable === undefined ? [] : [sample(metrics.binaryRunnable, { binary, program }, runnable)]),
      ...(missingLibraries === undefined
        ? []
        : [sample(metrics.binaryMissingLibraries, { binary, program }, missingLibraries.length)]),
    ]),
    ...timeouts.map(({ program, timeout, seconds }) => sample(metrics.programTimeout, { program, timeout }, seconds)),
  ];
}
