import type { Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { DirectoryFact, ModelFact } from './facts.ts';
import { anomalies, modelMetrics } from './metrics.ts';
import type { Anomaly } from './metrics.ts';

/** Series of a model; `unseen` are anomalies that could not be looked for. What is not known is absent. */
export function modelSamples(fact: ModelFact, unseen: ReadonlySet<Anomaly>): Sample[] {
  const { model, program, path, architecture = '', quantization = '' } = fact;
  const labels = { model, program };
  const values = [
    [modelMetrics.present, fact.present],
    [modelMetrics.regular, fact.regular],
    [modelMetrics.readable, fact.readable],
    [modelMetrics.size, fact.sizeBytes],
    [modelMetrics.allocated, fact.allocatedBytes],
    [modelMetrics.required, fact.requiredBytes],
    [modelMetrics.complete, fact.complete],
    [modelMetrics.stable, fact.stable],
    [modelMetrics.lastChange, seconds(fact.lastChangeMs)],
    [modelMetrics.ctime, seconds(fact.ctimeMs)],
  ] as const;
  return [
    ...(path === undefined ? [] : [sample(modelMetrics.info, { ...labels, path, architecture, quantization }, 1)]),
    ...values.flatMap(([metric, value]) => (value === undefined ? [] : [sample(metric, labels, value)])),
    ...anomalies
      .filter((anomaly) => !unseen.has(anomaly))
      .map((anomaly) => sample(modelMetrics.anomaly, { ...labels, anomaly }, fact.anomalies.includes(anomaly))),
  ];
}

export function directorySamples({ directory, program, files, bytes }: DirectoryFact): Sample[] {
  const labels = { directory, program };
  return [
    ...(files === undefined ? [] : [sample(modelMetrics.directoryFiles, labels, files)]),
    ...(bytes === undefined ? [] : [sample(modelMetrics.directoryBytes, labels, bytes)]),
  ];
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
