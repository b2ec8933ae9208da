/** What keeps the gate shut, where files of today do not show it. */
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createSubject } from '../../../src/commands/gate/subject.ts';
import type { SubjectLook } from '../../../src/commands/gate/subject.ts';
import { createTestHost } from '../../support/host.ts';
import { buildGguf, floats } from '../../sources/gguf/build.ts';
import { useScratch } from '../../sources/model-file/scratch.ts';

const scratch = useScratch();

/** After it has rested for three seconds. */
async function look(path: string): Promise<SubjectLook> {
  const { files, clock } = createTestHost();
  const subject = createSubject(path, { files, clock, stableForMs: 3_000, timeoutMs: 600_000, content: true });
  await subject.look(5_000);
  clock.nowMs += 3_000;
  return subject.look(5_000);
}

test('tensors of a type that is not known yet keep no model from being served, but are told', async () => {
  const tensors = [...floats(5_000), { name: 'new', dimensions: [64], type: 99, bytes: 64 }];
  await writeFile(scratch('m.gguf'), buildGguf({ tensors }).whole);
  expect(await look(scratch('m.gguf'))).toMatchObject({
    blockers: [],
    anomalies: ['it cannot be told whether it is complete: tensors of unknown size: type 99'],
  });
});

test('a download that was given up long ago is told, and keeps no complete model from being served', async () => {
  await writeFile(scratch('m.gguf'), buildGguf({ tensors: floats(5_000) }).whole);
  await writeFile(scratch('m.gguf.part'), '');
  expect(await look(scratch('m.gguf'))).toMatchObject({ blockers: [], anomalies: ['partial_twin (m.gguf.part)'] });
});

test('what is not called .gguf must be a GGUF file nevertheless', async () => {
  await writeFile(scratch('model'), 'x'.repeat(5_000));
  expect((await look(scratch('model'))).blockers).toEqual(['no GGUF file: it begins with 0x78787878']);
});
