import { shellWord } from '../../core/words.ts';
import { factsFrom, missing, unknown } from '../known.ts';
import type { ChecklistItem } from '../types.ts';

export const mounted: ChecklistItem = {
  section: 'model_integrity',
  check: 'mounted',
  subject: 'each path with require_mount',
  passesWhen: 'a file system is mounted there.',
  runbook: 'GpuNodeMountMissing',
  needs: ['host'],
  subjects: ({ config }) => config.host.filesystems.filter((each) => each.require_mount).map(({ path }) => path),
  judge(subject, node) {
    const command = `findmnt --target ${shellWord(subject)}`;
    const fact = factsFrom(node, 'host')?.filesystems.find(({ path }) => path === subject);
    if (fact === undefined) return missing(node, 'host', command);
    if (fact.mounted === undefined) return unknown(fact.problem?.text ?? 'it could not be told', command);
    if (!fact.mounted) return { status: 'fail', evidence: 'nothing is mounted there', command };
    const access = fact.readOnly === true ? ', read-only' : '';
    return {
      status: 'pass',
      evidence: `mounted${fact.fsType === undefined ? '' : ` (${fact.fsType})`}${access}`,
      command,
    };
  },
};
