import type { BinaryFacts } from '../../collectors/artifacts/facts.ts';
import { counted, shellWord } from '../../core/words.ts';
import { factsFrom, missing, unknown } from '../known.ts';
import type { ChecklistItem, Judgement } from '../types.ts';

export const codePresent: ChecklistItem = {
  section: 'process_health',
  check: 'code_present',
  subject: 'each path that is configured or that a program runs',
  passesWhen: 'application code and launch scripts exist in the image, and what is to be executed can be.',
  runbook: 'GpuNodeCheckFailing',
  needs: ['artifacts'],
  subjects(node) {
    const facts = factsFrom(node, 'artifacts');
    return facts?.programsKnown === true ? facts.paths.map(({ path }) => path) : undefined;
  },
  configured: ({ artifacts }) => artifacts.paths,
  judge(subject, node) {
    const command = `ls -la ${shellWord(subject)}`;
    const fact = factsFrom(node, 'artifacts')?.paths.find(({ path }) => path === subject);
    if (fact === undefined) return missing(node, 'artifacts', command, 'supervisord.conf cannot be read');
    if (fact.present === undefined) return unknown(fact.problem ?? 'it could not be looked at', command);
    const users = fact.programs.length === 0 ? '' : `, needed by ${fact.programs.join(', ')}`;
    if (!fact.present) return { status: 'fail', evidence: `missing${users}`, command };
    if (fact.problem !== undefined) return { status: 'fail', evidence: `${fact.problem}${users}`, command };
    return { status: 'pass', evidence: `there${users}`, command };
  },
};

export const binaryValid: ChecklistItem = {
  section: 'process_health',
  check: 'binary_valid',
  subject: 'each configured binary',
  passesWhen: 'it can be run, and the loader finds every library with the library path of its program.',
  runbook: 'GpuNodeCheckFailing',
  needs: ['artifacts'],
  subjects: (node) => factsFrom(node, 'artifacts')?.binaries.map(({ binary }) => binary),
  configured: ({ artifacts }) => artifacts.binaries.map(({ name }) => name),
  judge(subject, node) {
    // The same binary of two programs is one item: the worse one counts.
    const facts = factsFrom(node, 'artifacts')?.binaries.filter(({ binary }) => binary === subject) ?? [];
    const judged = facts.map(judgeBinary);
    const worst = judged.find(({ status }) => status === 'fail') ?? judged.find(({ status }) => status === 'unknown');
    return worst ?? judged[0] ?? missing(node, 'artifacts', `command -v ${shellWord(subject)}`);
  },
};

function judgeBinary({ path, program, runnable, problem, missingLibraries }: BinaryFacts): Judgement {
  const command = `ldd ${shellWord(path)}`;
  if (runnable === undefined) return unknown(problem ?? 'it could not be told whether it can be run', command);
  if (!runnable) {
    // What was found nowhere on the PATH has no other path than its name.
    const look = path.includes('/') ? 'ls -la' : 'command -v';
    return {
      status: 'fail',
      evidence: `${path}: ${problem ?? 'cannot be run'}`,
      command: `${look} ${shellWord(path)}`,
    };
  }
  if (missingLibraries === undefined) return unknown(problem ?? 'its libraries could not be told', command);
  if (missingLibraries.length > 0) {
    const count = counted(missingLibraries.length, 'library', 'libraries');
    const evidence = `${path}: ${count} missing for ${program}: ${missingLibraries.join(', ')}`;
    return { status: 'fail', evidence, command };
  }
  return { status: 'pass', evidence: `${path} can be run, no library is missing`, command };
}
