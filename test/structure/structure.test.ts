import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import { collectors } from '../../src/collectors/index.ts';
import { importsOf, readSources } from './source-files.ts';

const root = join(import.meta.dirname, '../..');
const shipped = readSources('src/**/*.ts');
const all = [...shipped, ...readSources('test/**/*.ts'), ...readSources('{deploy,dashboards}/**/*.ts')];
const definitions = catalog().flatMap(({ metrics }) => metrics);

/** Which part of src/ may import which others; everything may import core. */
const layers: Record<string, readonly string[]> = {
  core: ['core'],
  sources: ['core', 'sources'],
  agent: ['core', 'sources', 'agent'],
  collectors: ['core', 'sources', 'collectors'],
  checklist: ['core', 'checklist', 'collectors'],
  config: ['core', 'collectors', 'checklist', 'config'],
  web: ['core', 'config', 'collectors', 'checklist', 'web'],
};

describe('structure', () => {
  it('keeps the import layers', () => {
    const wrong = shipped.flatMap((file) => {
      const allowed = layers[file.path.split('/')[1] ?? ''];
      if (allowed === undefined) return [];
      return importsOf(file)
        .filter((target) => target.startsWith('src/') && target.split('/').length > 2)
        .filter((target) => !allowed.includes(target.split('/')[1] ?? ''))
        .map((target) => `${file.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets no collector import another', () => {
    const wrong = shipped
      .filter(({ path }) => path.split('/').length > 3 && path.startsWith('src/collectors/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('src/collectors/') && target !== 'src/collectors/module.ts')
          .filter((target) => target.split('/')[2] !== file.path.split('/')[2])
          .map((target) => `${file.path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['prom-client', /^src\/core\/render\.ts$/],
    ['execa', /^src\/core\/exec\.ts$/],
    ['express', /^src\/web\//],
    ['eta/core', /^src\/web\/templates\.ts$/],
    ['systeminformation', /^src\/(sources|collectors\/host)\//],
  ])('keeps %s behind one door', (name, door) => {
    const importers = shipped.filter((file) => importsOf(file).includes(name)).map(({ path }) => path);
    expect(importers.filter((path) => !door.test(path))).toEqual([]);
  });

  it('takes a timeout of any length, which Node alone does not', () => {
    const users = shipped.filter(({ text }) => text.includes('AbortSignal.timeout(')).map(({ path }) => path);
    expect(users).toEqual(['src/core/timeout-signal.ts']);
  });

  it('keeps files small', () => {
    const lengths = all.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > 251)).toEqual([]);
    const ours = lengths.filter(({ path }) => path.startsWith('src/')).map(({ lines }) => lines);
    expect(ours.toSorted((a, b) => a - b)[Math.floor(ours.length / 2)]).toBeLessThanOrEqual(100);
  });

  it('spells every metric name in full, in one place', () => {
    const source = shipped.map(({ text }) => text).join('\n');
    const counts = definitions.map(({ name }) => ({ name, count: source.split(`'${name}'`).length - 1 }));
    expect(counts.filter(({ count }) => count !== 1)).toEqual([]);
  });

  it('describes every metric well', () => {
    const problems = definitions.flatMap(({ name, type, help, labels, values, buckets }) => [
      ...(/^gpunode_[a-z0-9_]+$/.test(name) ? [] : [`${name}: name`]),
      ...((type === 'counter') === name.endsWith('_total') ? [] : [`${name}: _total is for counters`]),
      ...(help.length > 20 && help.endsWith('.') ? [] : [`${name}: help is a sentence`]),
      ...((type === 'histogram') === (buckets !== undefined) ? [] : [`${name}: buckets`]),
      ...labels.filter((label) => !/^[a-z_]+$/.test(label) || ['job', 'instance', 'le'].includes(label)),
      ...Object.keys(values ?? {}).filter((label) => !labels.includes(label)),
    ]);
    expect(problems).toEqual([]);
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
  });

  it('has one folder a collector, and lists them all', () => {
    const folders = readdirSync(join(root, 'src/collectors'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(collectors.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
  });

  it('speaks of nothing but itself', () => {
    // The characters are joined at run time so that this file does not find itself.
    const words = [
      ['/', 'work', '/'],
      ['farm', '-'],
      ['session', '-report'],
    ].map((parts) => parts.join(''));
    const wrong = all.flatMap(({ path, text }) =>
      words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`),
    );
    expect(wrong).toEqual([]);
  });
});
