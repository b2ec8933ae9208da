import type { HostFacts } from '../../collectors/host/facts.ts';
import type { NodeView } from '../../checklist/types.ts';
import { bytesInWords, counted } from '../../core/words.ts';
import { panelOf } from './panel.ts';
import type { Panel } from './panel.ts';
import { barOf, percent } from './share.ts';
import type { Bar } from './share.ts';

/** Something that may run out, or be gone. */
export interface HeadroomView {
  readonly what: string;
  readonly words: string;
  /** The part that is used. */
  readonly bar: Bar;
}

export function hostOf(node: NodeView): Panel<HeadroomView> {
  return panelOf(node, 'host', (facts) => [
    ...memoryOf(facts),
    ...facts.filesystems.map(filesystemView),
    { what: 'OOM kills', words: killsInWords(facts), bar: { parts: [] } },
  ]);
}

function filesystemView(facts: HostFacts['filesystems'][number]): HeadroomView {
  const { path, requireMount, mounted, readOnly, problem, sizeBytes, availableBytes } = facts;
  const { words, bar } = headroom(path, availableBytes, sizeBytes);
  const remarks = [
    ...(problem === undefined ? [] : [problem.text]),
    ...(requireMount && mounted === false ? ['nothing is mounted there'] : []),
    ...(readOnly === true ? ['read-only'] : []),
  ];
  return { what: path, words: [words, ...remarks].join(', '), bar };
}

function memoryOf({ memory }: HostFacts): HeadroomView[] {
  if (memory === undefined) return [{ what: 'Memory', words: 'not measured', bar: { parts: [] } }];
  const { availableBytes, limitBytes, limitedBy, swapTotalBytes, swapUsedBytes } = memory;
  const free = swapUsedBytes === undefined ? undefined : swapTotalBytes - swapUsedBytes;
  return [
    headroom(limitedBy === 'cgroup' ? 'Memory (limit of the cgroup)' : 'Memory', availableBytes, limitBytes),
    ...(swapTotalBytes > 0 ? [headroom('Swap', free, swapTotalBytes)] : []),
  ];
}

function headroom(what: string, available: number | undefined, total: number | undefined): HeadroomView {
  if (available === undefined || total === undefined) return { what, words: 'not known', bar: { parts: [] } };
  const part = Math.floor(percent(available, total));
  return {
    what,
    words: `${bytesInWords(available)} of ${bytesInWords(total)} available (${part}\u00a0%)`,
    bar: barOf(total, [{ kind: 'used', value: total - available }]),
  };
}

function killsInWords({ oomKills: { host, cgroup } }: HostFacts): string {
  const parts = [
    ...(host === undefined ? [] : [`${counted(host, 'kill')} on the host`]),
    ...(cgroup === undefined ? [] : [`${counted(cgroup, 'kill')} in the cgroup`]),
  ];
  return parts.length === 0 ? 'the kernel does not tell' : `${parts.join(', ')} since counting began`;
}
