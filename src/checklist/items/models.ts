import { flickerWindowMs } from '../../collectors/models/facts.ts';
import type { ModelFact, ServerFact } from '../../collectors/models/facts.ts';
import { bytesInWords, durationInWords, shellWord } from '../../core/words.ts';
import { eventsOf } from '../events.ts';
import { factsFrom, missing, unknown } from '../known.ts';
import type { ChecklistItem, Judgement, NodeView } from '../types.ts';

export const fileRegularReadable = modelItem(
  {
    check: 'file_regular_readable',
    passesWhen: 'its file is regular, readable (for the user of its program, where that can be told) and not empty.',
    runbook: 'GpuNodeModelMissing',
  },
  (model, command) => {
    const { present, regular, readable, sizeBytes, problems } = model;
    const why = problems[0] === undefined ? '' : `: ${problems[0]}`;
    if (present === false) return { status: 'fail', evidence: `missing${why}`, command };
    if (regular === false) return { status: 'fail', evidence: `not a regular file${why}`, command };
    if (readable === false) return { status: 'fail', evidence: `not readable${why}`, command };
    if (sizeBytes === 0) return { status: 'fail', evidence: 'empty', command };
    if (!present || !regular || !readable || sizeBytes === undefined)
      return unknown('not all of it could be told', command);
    return { status: 'pass', evidence: `regular, readable, ${bytesInWords(sizeBytes)}`, command };
  },
);

export const sizeStable = modelItem(
  {
    check: 'size_stable',
    passesWhen:
      'it is at rest, and size, inode and time of change are those that llama-server started on. Of an absent file nothing is known.',
    runbook: 'GpuNodeModelNotStable',
  },
  (model, command, node) => {
    const { present, stable, unchangedForMs, sizeBytes, server, serverUnseen } = model;
    if (present === false) return unknown('there is no file', command);
    if (stable === undefined) return { ...unknown('it was looked at only once', command), settling: true, early: true };
    if (!stable)
      return {
        status: 'fail',
        evidence: `still changing${sizeBytes === undefined ? '' : `, ${bytesInWords(sizeBytes)} now`}`,
        command,
      };
    const rest = unchangedForMs === undefined ? 'at rest' : `unchanged for ${durationInWords(unchangedForMs / 1000)}`;
    if (serverUnseen) return judgeUnseen(model, rest, command, node);
    return server === undefined
      ? { status: 'pass', evidence: rest, command }
      : judgeServed(model, server, rest, command);
  },
);

export const fileComplete = modelItem(
  {
    check: 'file_complete',
    passesWhen: 'all bytes that its header requires are there, in every shard. Of an absent file nothing is known.',
    runbook: 'GpuNodeModelIncomplete',
  },
  ({ present, complete, sizeBytes, requiredBytes, problems }, command) => {
    if (present === false) return unknown('there is no file', command);
    if (complete === undefined) return unknown(problems[0] ?? 'what it requires could not be told', command);
    const sizes =
      sizeBytes === undefined || requiredBytes === undefined
        ? ''
        : `${bytesInWords(sizeBytes)} of ${bytesInWords(requiredBytes)} required`;
    if (complete) return { status: 'pass', evidence: sizes === '' ? 'all parts are there' : sizes, command };
    return {
      status: 'fail',
      evidence: [sizes, ...problems.slice(0, 2)].filter((each) => each !== '').join('; '),
      command,
    };
  },
);

// Anomalies of what is visible; the others are about what is in the file.
const visibilityAnomalies = ['dangling_symlink', 'listed_not_statable', 'statable_not_listed'] as const;

export const fileVisible = modelItem(
  {
    check: 'file_visible',
    passesWhen:
      'its directory and the file itself agree whether it is there, and it neither comes and goes nor dangles.',
    runbook: 'GpuNodeModelVisibilityAnomaly',
  },
  (model, command, node) => {
    const { present, anomalies } = model;
    const found = visibilityAnomalies.filter((each) => anomalies.includes(each));
    if (found.length > 0) return { status: 'fail', evidence: found.join(', ').replaceAll('_', ' '), command };
    const changes = presenceChanges(model, node);
    if (changes >= 2) return { status: 'fail', evidence: `it came or went ${changes} times in 15m`, command };
    if (present === undefined) return unknown('it could not be told', command);
    if (model.unlisted) return unknown('seen by name; its directory cannot be listed', command);
    const evidence = present ? 'seen by name and in its directory' : 'missing both by name and in its directory';
    return { status: 'pass', evidence, command };
  },
);

/** How often it came or went lately; what an exporter saw before its restart only the history knows. */
function presenceChanges({ model, presenceChangesMs }: ModelFact, { events, nowMs }: NodeView): number {
  const told = eventsOf(events, model).filter(
    ({ kind, detail, atMs }) =>
      kind === 'model' && (detail === 'present' || detail === 'absent') && Math.abs(nowMs - atMs) < flickerWindowMs,
  );
  return new Set([...presenceChangesMs, ...told.map(({ atMs }) => atMs)]).size;
}

type Parts = Pick<ChecklistItem, 'check' | 'passesWhen' | 'runbook'>;

function modelItem(
  parts: Parts,
  judge: (model: ModelFact, command: string, node: NodeView) => Judgement,
): ChecklistItem {
  return {
    section: 'model_integrity',
    subject: 'each model',
    needs: ['models'],
    ...parts,
    // What is not said to be a model has no size that it should have.
    subjects: ({ config }) =>
      config.models.files
        .filter(({ format }) => parts.check !== 'file_complete' || format !== 'file')
        .map(({ name }) => name),
    judge(subject, node) {
      const model = factsFrom(node, 'models')?.models.find((each) => each.model === subject);
      const command = commandFor(model?.path ?? configuredPath(subject, node), parts.check);
      if (model === undefined) return missing(node, 'models', command);
      return model.unknown === undefined ? judge(model, command, node) : unknown(model.unknown, command);
    },
  };
}

/** The file, or else the first directory in which its program keeps models. */
function configuredPath(subject: string, { config }: NodeView): string | undefined {
  const { files, directories } = config.models;
  const file = files.find(({ name }) => name === subject);
  return file?.path ?? directories.find(({ program }) => program === file?.program)?.path;
}

function commandFor(path: string | undefined, check: string): string {
  if (path === undefined) return 'gpunode-exporter config print';
  const word = shellWord(path);
  // The runbook's own: two looks three seconds apart.
  if (check === 'size_stable') return `stat -c '%n %F %s %z' ${word}; sleep 3; stat -c '%n %F %s %z' ${word}`;
  if (check === 'file_complete') return `gpunode-exporter gate --timeout 5s --model ${word}`;
  return `ls -la ${word}`;
}

/** By the start of its program: the server cannot be older. */
function judgeUnseen({ program, ctimeMs }: ModelFact, rest: string, command: string, node: NodeView): Judgement {
  const status = factsFrom(node, 'supervisor')?.programs.find((each) => each.program === program)?.status;
  if (status?.pid === 0) return { status: 'pass', evidence: rest, command };
  const isOlder = status !== undefined && ctimeMs !== undefined && ctimeMs <= status.startSeconds * 1000;
  if (isOlder) return { status: 'pass', evidence: `${rest}, and since its program started`, command };
  return unknown(`${rest}, but which file its server loaded cannot be told`, command);
}

function judgeServed(model: ModelFact, server: ServerFact, rest: string, command: string): Judgement {
  const { sizeBytes, inode, ctimeMs } = model;
  const { fileThen, seenFromStart, startedMs } = server;
  if (sizeBytes === undefined || inode === undefined || ctimeMs === undefined)
    return unknown('it could not be told', command);
  if (fileThen !== undefined && fileThen.sizeBytes !== sizeBytes) {
    const evidence = `${bytesInWords(sizeBytes)} now, ${bytesInWords(fileThen.sizeBytes)} when its server was first seen`;
    return { status: 'fail', evidence, command, runbook: 'GpuNodeModelReplacedWhileServed' };
  }
  if (fileThen !== undefined && (fileThen.inode !== inode || fileThen.ctimeMs !== ctimeMs)) {
    const what = fileThen.inode === inode ? 'changed' : 'replaced by another file';
    return {
      status: 'fail',
      evidence: `${what} since its server was first seen`,
      command,
      runbook: 'GpuNodeModelReplacedWhileServed',
    };
  }
  const loadedThis = (fileThen !== undefined && seenFromStart) || ctimeMs <= startedMs;
  if (loadedThis) return { status: 'pass', evidence: `${rest}, and since its server started`, command };
  return unknown('changed after its server started, which nobody saw: which file it loaded is not known', command);
}
