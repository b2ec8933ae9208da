import type { Sample } from '../../core/contract.ts';
import { sample } from '../../core/samples.ts';
import type { EffectiveMemory } from '../../sources/cgroup/limits.ts';
import type { FilesystemFacts } from './filesystems.ts';
import { metrics } from './metrics.ts';
import type { OomState } from './oom-kills.ts';

export function memorySamples(memory: EffectiveMemory | undefined): Sample[] {
  if (memory === undefined) return [];
  return [
    sample(metrics.memoryLimit, {}, memory.limitBytes),
    ...(memory.availableBytes === undefined ? [] : [sample(metrics.memoryAvailable, {}, memory.availableBytes)]),
    sample(metrics.swapTotal, {}, memory.swapTotalBytes),
    ...(memory.swapUsedBytes === undefined ? [] : [sample(metrics.swapUsed, {}, memory.swapUsedBytes)]),
  ];
}

export function filesystemSamples(facts: FilesystemFacts): Sample[] {
  const labels = { mountpoint: facts.path };
  const { sizeBytes, availableBytes, readOnly, mounted, requireMount } = facts;
  return [
    ...(sizeBytes === undefined ? [] : [sample(metrics.filesystemSize, labels, sizeBytes)]),
    ...(availableBytes === undefined ? [] : [sample(metrics.filesystemAvailable, labels, availableBytes)]),
    ...(readOnly === undefined ? [] : [sample(metrics.filesystemReadOnly, labels, readOnly)]),
    ...(!requireMount || mounted === undefined ? [] : [sample(metrics.filesystemMounted, labels, mounted)]),
  ];
}

export function oomSamples({ host, cgroup }: OomState): Sample[] {
  return [
    ...(host === undefined ? [] : [sample(metrics.oomKills, { scope: 'host' }, host.total)]),
    ...(cgroup === undefined ? [] : [sample(metrics.oomKills, { scope: 'cgroup' }, cgroup.total)]),
  ];
}
