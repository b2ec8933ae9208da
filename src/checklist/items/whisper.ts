import { durationInWords } from '../../core/words.ts';
import { tailLog } from '../commands.ts';
import { factsFrom, unknown, whyMissing } from '../known.ts';
import type { ChecklistItem } from '../types.ts';

/** The program that has Whisper inside, alone or in a group. */
const worker = /^(?:.+:)?worker-gpu$/;

export const whisperOnGpu: ChecklistItem = {
  section: 'resource_sanity',
  check: 'whisper_on_gpu',
  subject: 'worker-gpu',
  passesWhen: 'its log tells of no fall back to the CPU since its current start.',
  runbook: 'GpuNodeWhisperOnCpu',
  needs: ['logs', 'supervisor'],
  subjects: (node) =>
    factsFrom(node, 'supervisor')
      ?.programs.map(({ program }) => program)
      .filter(isWorker),
  configured: ({ programs }) => programs.filter(isWorker),
  judge(subject, node) {
    const command = tailLog(node, subject);
    const status = factsFrom(node, 'supervisor')?.programs.find(({ program }) => program === subject)?.status;
    const log = factsFrom(node, 'logs')?.programs.find(({ program }) => program === subject);
    if (factsFrom(node, 'supervisor') === undefined) return unknown(whyMissing(node, 'supervisor'), command);
    if (status === undefined || status.pid === 0) return unknown('it does not run', command);
    if (log === undefined) return unknown(whyMissing(node, 'logs'), command);
    const lastMs = log.classes.find(({ name }) => name === 'cpu_fallback')?.lastMs;
    if (lastMs !== undefined && lastMs >= status.startSeconds * 1000) {
      const ago = durationInWords((node.nowMs - lastMs) / 1000);
      return { status: 'fail', evidence: `its log told ${ago} ago that it runs on the CPU`, command };
    }
    if (log.readable !== true) return unknown('its log cannot be read', command);
    const up = durationInWords(status.uptimeSeconds ?? 0);
    return { status: 'pass', evidence: `no fall back to the CPU since its start ${up} ago`, command };
  },
};

function isWorker(program: string): boolean {
  return worker.test(program);
}
