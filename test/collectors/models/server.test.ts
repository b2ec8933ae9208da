/** The process that serves a model, and the file that it was started on. */
import { rename, truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useScratch } from '../../sources/model-file/scratch.ts';
import { only, useHarness, valueOf, whole } from './harness.ts';
import { collect } from './timeline.ts';

const scratch = useScratch();
const harness = useHarness();

const oneModel = (): unknown => ({
  files: [{ name: 'llama', path: scratch('m.gguf'), program: 'llama' }],
  directories: [],
});
test('is remembered with the file that it was started on', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = harness.create(oneModel());
  expect(only(await collect(collector)).server).toBeUndefined();
  const pid = await harness.serveModel(scratch('llama-server.py'), scratch('m.gguf'));
  const seen = only(await collect(collector));
  expect(seen.server).toMatchObject({ pid, seenFromStart: true, firstSeenMs: harness.host.clock.nowMs });
  expect(seen.server?.fileThen).toEqual({ sizeBytes: whole.length, inode: seen.inode, ctimeMs: seen.ctimeMs });
  await truncate(scratch('m.gguf'), 700);
  const cut = only(await collect(collector));
  expect(cut).toMatchObject({ complete: false, sizeBytes: 700, server: { fileThen: { sizeBytes: whole.length } } });
  expect(cut.anomalies).toEqual([]);
});

test('that ran before the exporter has not been seen from its start', async () => {
  await writeFile(scratch('m.gguf'), whole);
  await harness.serveModel(scratch('llama-server.py'), scratch('m.gguf'));
  const [{ process } = { process: undefined }] = harness.node.processes;
  if (process === undefined) throw new Error('no process');
  // As if it had started a minute earlier.
  harness.node.processes = [{ program: 'llama', process: { ...process, startTicks: process.startTicks - 6_000 } }];
  const { server } = only(await collect(harness.create(oneModel())));
  expect(server).toMatchObject({ seenFromStart: false });
  expect(harness.host.clock.nowMs - (server?.startedMs ?? 0)).toBeGreaterThan(59_000);
});

test('is known again after a restart of the exporter', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const first = harness.create(oneModel());
  await collect(first);
  await harness.serveModel(scratch('llama-server.py'), scratch('m.gguf'));
  const { saved, facts } = await collect(first);
  await truncate(scratch('m.gguf'), 700);
  harness.host.clock.nowMs += 60_000;
  const again = harness.create(oneModel(), JSON.parse(JSON.stringify(saved?.data)));
  expect(only(await collect(again)).server).toEqual(facts.models[0]?.server);
  expect((await collect(again)).saved?.changed).toBe('none');
});

test('serves another file than the one that has its name now', async () => {
  await writeFile(scratch('m.gguf'), whole);
  const collector = harness.create(oneModel());
  await harness.serveModel(scratch('llama-server.py'), scratch('m.gguf'));
  await collect(collector);
  await writeFile(scratch('new'), whole);
  await rename(scratch('new'), scratch('m.gguf'));
  const outcome = await collect(collector);
  expect(valueOf(outcome, 'gpunode_model_file_anomaly', { anomaly: 'replaced_while_mapped' })).toBe(1);
});

test('cannot be seen: then nothing is said of what it maps', async () => {
  await writeFile(scratch('m.gguf'), whole);
  harness.node.down = true;
  const outcome = await collect(harness.create(oneModel()));
  expect(valueOf(outcome, 'gpunode_model_file_complete')).toBe(1);
  expect(valueOf(outcome, 'gpunode_model_file_anomaly', { anomaly: 'replaced_while_mapped' })).toBeUndefined();
});
