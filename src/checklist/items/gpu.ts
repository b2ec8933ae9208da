import type { GpuFacts } from '../../collectors/gpu/facts.ts';
import { gpuMetrics } from '../../collectors/gpu/metrics.ts';
import { bytesInWords, counted, durationInWords } from '../../core/words.ts';
import { nvidiaSmi } from '../commands.ts';
import { factsFrom, missing, reading, unknown, whyMissing } from '../known.ts';
import type { ChecklistItem, Judgement } from '../types.ts';

/** As GpuNodeNvidiaSmiStuck: longer than this is no slow answer. */
const stuckSeconds = 60;

export const cudaVisible: ChecklistItem = {
  section: 'resource_sanity',
  check: 'cuda_visible',
  subject: 'node',
  passesWhen: 'nvidia-smi answers and shows cards where some are expected, and each configured CUDA probe succeeds.',
  runbook: 'GpuNodeGpuMissing',
  needs: ['gpu'],
  subjects: () => ['node'],
  judge(_subject, node) {
    const command = nvidiaSmi(node);
    const facts = factsFrom(node, 'gpu');
    if (facts !== undefined) return judgeVisible(facts, command);
    const stuck = reading(node, 'gpu', gpuMetrics.queryStuck) ?? 0;
    if (stuck <= stuckSeconds) return missing(node, 'gpu', command);
    return {
      status: 'fail',
      evidence: `nvidia-smi has hung for ${durationInWords(stuck)}`,
      command: 'ps -eo pid,stat,etime,wchan:32,cmd | grep [n]vidia-smi',
      runbook: 'GpuNodeNvidiaSmiStuck',
    };
  },
};

function judgeVisible({ visible, expected, message, probes }: GpuFacts, command: string): Judgement {
  if (visible === 0 && expected > 0) {
    return {
      status: 'fail',
      evidence: `no card is visible, ${expected} expected${message === '' ? '' : `: ${message}`}`,
      command,
    };
  }
  const failed = probes.filter(({ available }) => available === false);
  if (failed.length > 0) {
    return {
      status: 'fail',
      evidence: `CUDA is not available: probe ${failed.map(({ probe }) => probe).join(', ')}`,
      command,
    };
  }
  const silent = probes.filter(({ available }) => available === undefined);
  if (silent.length > 0) {
    const judgement = unknown(`no answer of probe ${silent.map(({ probe }) => probe).join(', ')}`, command);
    return silent.some(({ asking }) => asking) ? { ...judgement, settling: true, early: true } : judgement;
  }
  if (expected === 0 && visible === 0) return { status: 'pass', evidence: 'no GPU is expected here', command };
  return { status: 'pass', evidence: `nvidia-smi answers: ${counted(visible, 'card')} visible`, command };
}

/** Subject of the cards that are missed and that nobody ever saw. */
const neverSeen = 'never seen';

export const gpuOk: ChecklistItem = {
  section: 'resource_sanity',
  check: 'gpu_ok',
  subject: 'each GPU, by its uuid',
  passesWhen: 'it is visible as expected, readable, and no repair is pending.',
  runbook: 'GpuNodeGpuUnreadable',
  needs: ['gpu'],
  subjects(node) {
    const facts = factsFrom(node, 'gpu');
    if (facts === undefined) return undefined;
    const known = [...facts.cards, ...facts.missing].map(({ uuid }) => uuid);
    // Without any card it is cuda_visible that fails.
    const isShort = facts.visible > 0 && new Set(known).size < facts.expected;
    return isShort ? [...known, neverSeen] : known;
  },
  judge(subject, node) {
    const command = nvidiaSmi(node);
    const facts = factsFrom(node, 'gpu');
    if (facts === undefined) return missing(node, 'gpu', command);
    const card = facts.cards.find(({ uuid }) => uuid === subject);
    if (card === undefined) {
      const seen = `${facts.visible} of ${counted(facts.expected, 'card')} visible`;
      const isNameless = facts.visible >= facts.expected;
      const evidence = isNameless ? `${seen}, and one does not tell its uuid` : `${seen}, and this one is not`;
      return {
        status: 'fail',
        evidence,
        command: 'dmesg -T | grep -i -E "xid|nvrm" | tail',
        runbook: 'GpuNodeGpuMissing',
      };
    }
    const { readable, flags, name = 'GPU', index = '?' } = card;
    const who = `${name}, index ${index}`;
    if (!readable) return { status: 'fail', evidence: `${who}: its values cannot be read`, command };
    const repairs = [
      ...(flags.rowRemapPending === true ? ['row remapping'] : []),
      ...(flags.pageRetirementPending === true ? ['page retirement'] : []),
    ];
    if (repairs.length > 0) {
      return {
        status: 'fail',
        evidence: `${who}: ${repairs.join(' and ')} pending`,
        command,
        runbook: 'GpuNodeGpuRepairPending',
      };
    }
    return { status: 'pass', evidence: `${who}: readable, no repair pending`, command };
  },
};

export const gpuMemoryOwned: ChecklistItem = {
  section: 'resource_sanity',
  check: 'gpu_memory_owned',
  subject: 'node',
  passesWhen: 'no process that a program left behind holds GPU memory.',
  runbook: 'GpuNodeGpuMemoryOrphaned',
  needs: ['gpu'],
  subjects: () => ['node'],
  judge(_subject, node) {
    const command = nvidiaSmi(node, '--query-compute-apps=pid,used_memory,gpu_uuid --format=csv');
    const facts = factsFrom(node, 'gpu');
    if (facts === undefined) return missing(node, 'gpu', command);
    if (facts.visible === 0 && facts.expected === 0)
      return { status: 'pass', evidence: 'no GPU is expected here', command };
    if (facts.memory === undefined) {
      const { supervisor } = node;
      const why =
        supervisor.kind === 'failed' ? whyMissing(supervisor) : 'the driver does not say here who holds memory';
      return unknown(why, command);
    }
    const orphans = facts.memory.filter(({ owner, bytes }) => owner === 'orphan' && bytes !== 0);
    if (orphans.length === 0) {
      const hidden = facts.memory.some(({ owner }) => owner === 'unknown');
      if (hidden)
        return unknown('processes that are not visible from here hold memory: whose they are cannot be told', command);
      return { status: 'pass', evidence: 'no orphan holds GPU memory', command };
    }
    // The driver does not always say how much.
    const bytes = orphans.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
    const amount = bytes === 0 ? 'memory' : bytesInWords(bytes);
    // One process may hold memory of several cards.
    const pids = [...new Set(orphans.flatMap((each) => each.pids))];
    const of = orphans.flatMap(({ program }) => program ?? []);
    const whose = of.length === 0 ? '' : ` left behind by ${[...new Set(of)].join(', ')}`;
    return { status: 'fail', evidence: `${amount} held by pid ${pids.join(', ')}${whose}`, command };
  },
};

export const gpuHeadroom: ChecklistItem = {
  section: 'resource_sanity',
  check: 'memory_headroom',
  subject: 'each GPU that has memory of its own, by its uuid',
  passesWhen: 'the free part of its memory is above the floor.',
  runbook: 'GpuNodeGpuMemoryLow',
  needs: ['gpu'],
  subjects(node) {
    const facts = factsFrom(node, 'gpu');
    if (facts === undefined) return undefined;
    // A readable card that tells no memory shares the host's.
    const own = facts.cards.filter(({ readable, readings }) => !readable || readings.memoryTotalBytes !== undefined);
    return [...own, ...facts.missing].map(({ uuid }) => uuid);
  },
  judge(subject, node) {
    const command = nvidiaSmi(node);
    const card = factsFrom(node, 'gpu')?.cards.find(({ uuid }) => uuid === subject);
    if (card === undefined) return missing(node, 'gpu', command, 'the card is not visible');
    const { memoryTotalBytes: total, memoryFreeBytes: free } = card.readings;
    if (total === undefined || free === undefined || total === 0) return unknown('its memory cannot be read', command);
    const evidence = `${bytesInWords(free)} of ${bytesInWords(total)} free (${Math.round((100 * free) / total)} %)`;
    return { status: free / total > node.config.checklist.memory_floor_ratio ? 'pass' : 'fail', evidence, command };
  },
};
