import type { MetricDefinition, Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import { cellErrors } from '../../sources/nvidia-smi/cells.ts';
import type { Reading } from '../../sources/nvidia-smi/cards.ts';
import type { SeenCard } from './inventory.ts';
import { gpuMetrics } from './metrics.ts';

const metricOf: Readonly<Record<Reading, readonly [MetricDefinition, Readonly<Record<string, string>>]>> = {
  memoryTotalBytes: [gpuMetrics.memoryTotal, {}],
  memoryReservedBytes: [gpuMetrics.memoryReserved, {}],
  memoryUsedBytes: [gpuMetrics.memoryUsed, {}],
  memoryFreeBytes: [gpuMetrics.memoryFree, {}],
  utilizationRatio: [gpuMetrics.utilization, {}],
  temperatureCelsius: [gpuMetrics.temperature, {}],
  powerWatts: [gpuMetrics.power, {}],
  powerLimitWatts: [gpuMetrics.powerLimit, {}],
  correctedVolatile: [gpuMetrics.eccErrors, { kind: 'corrected', scope: 'volatile' }],
  correctedAggregate: [gpuMetrics.eccErrors, { kind: 'corrected', scope: 'aggregate' }],
  uncorrectedVolatile: [gpuMetrics.eccErrors, { kind: 'uncorrected', scope: 'volatile' }],
  uncorrectedAggregate: [gpuMetrics.eccErrors, { kind: 'uncorrected', scope: 'aggregate' }],
};
const readingNames = Object.keys(metricOf) as Reading[];

/** Everything that one card says of itself. */
export function cardSamples(card: SeenCard): Sample[] {
  const { uuid, readings, flags, unreadable } = card;
  return [
    sample(gpuMetrics.info, infoLabels(card), 1),
    ...readingNames.flatMap((name) => {
      const value = readings[name];
      const [metric, labels] = metricOf[name];
      return value === undefined ? [] : [sample(metric, { uuid, ...labels }, value)];
    }),
    ...pendingSample(uuid, 'row_remap', flags.rowRemapPending),
    ...pendingSample(uuid, 'page_retirement', flags.pageRetirementPending),
    ...cellErrors.map((kind) => sample(gpuMetrics.unreadableCells, { uuid, kind }, unreadable[kind])),
    sample(gpuMetrics.readable, { uuid }, card.readable),
  ];
}

function infoLabels({ uuid, index, name, driverVersion, busId }: SeenCard): Record<string, string> {
  return {
    uuid,
    index: index ?? '',
    name: (name ?? '').slice(0, 128),
    driver_version: (driverVersion ?? '').slice(0, 32),
    pci_bus_id: busId ?? '',
  };
}

function pendingSample(uuid: string, kind: string, pending: boolean | undefined): Sample[] {
  return pending === undefined ? [] : [sample(gpuMetrics.repairPending, { uuid, kind }, pending)];
}
