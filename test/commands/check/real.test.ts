/** `check` on a healthy node. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receivedSchema, reportSchema } from '../../../src/checklist/report.ts';
import { sections } from '../../../src/checklist/types.ts';
import { startExporter } from '../../node/exporter.ts';
import { waitFor } from '../../node/poll.ts';
import { startNode } from '../../node/start.ts';
import type { SimulatedNode } from '../../node/start.ts';
import { check } from './program.ts';
import type { Ended } from './program.ts';

let node: SimulatedNode;

const root = fileURLToPath(new URL('../../..', import.meta.url));

beforeAll(async () => {
  node = await startNode();
  // What is shipped starts in a fraction of the time.
  execFileSync(process.execPath, ['deploy/build/bundle.ts'], { cwd: root });
  cpSync(join(root, 'dist/main.cjs'), join(node.paths.root, 'gpunode-exporter.cjs'));
  await waitFor('a node that is well', async () => (await check(node)).status === 0, { timeoutMs: 40_000 });
});

afterAll(() => node.stop());

/** Names, contents and times of everything in a folder. */
function picture(folder: string): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mtimeMs, ctimeMs, ino } = statSync(path);
      return { name, mtimeMs, ctimeMs, ino, text: readFileSync(path, 'utf8') };
    });
}

interface SavedState {
  readonly content: { readonly checklist?: { readonly records: readonly { check: string; sinceMs: number }[] } };
}

/** The node's configuration, changed. */
function configWith(name: string, change: (config: Record<string, Record<string, unknown>>) => unknown): string {
  const config = JSON.parse(readFileSync(node.configFile, 'utf8')) as Record<string, Record<string, unknown>>;
  change(config);
  const path = join(node.paths.root, name);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

describe('a healthy node', { timeout: 90_000 }, () => {
  /** A machine that is busy otherwise may be slow, but not every time. */
  async function fastest(args: readonly string[] = []): Promise<Ended> {
    return await waitFor(
      'a check in less than 5 s',
      async () => {
        const ended = await check(node, args, { program: join(node.paths.root, 'gpunode-exporter.cjs') });
        return (ended.ms < 5_000 || ended.status !== 0) && ended;
      },
      { timeoutMs: 60_000 },
    );
  }

  it('passes in less than 5 s: a line an item, no colours, nothing on stderr, nothing written', async () => {
    const before = picture(node.paths.state);
    const { status, stdout, stderr } = await fastest();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001B');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => /^\w/.test(line)).slice(0, -1)).toEqual(
      sections.filter((section) => section !== 'queue_behavior'),
    );
    const items = lines.filter((line) => line.startsWith('  '));
    expect(items.filter((line) => !line.startsWith('  ✓ pass ')).join('\n')).toBe('');
    expect(items.join('\n')).toMatch(/size_stable +llama +unchanged for \d+(\.\d)?s, and since its server started/);
    expect(lines.at(-1)).toBe(`PASS: all ${items.length} checks pass`);
    expect(picture(node.paths.state)).toEqual(before);
    expect(before).toEqual([]);
  });

  it('passes in less than 5 s with the intervals of production', async () => {
    const config = configWith('slow.yml', (each) => {
      for (const section of Object.values(each)) {
        for (const key of ['interval', 'timeout', 'stable_for']) delete section[key];
      }
    });
    const { status } = await fastest(['--config.file', config]);
    expect(status).toBe(0);
  });

  it('prints the report as JSON, and as a table for a ticket', async () => {
    const json = await check(node, ['--format', 'json']);
    const report = reportSchema.parse(JSON.parse(json.stdout));
    expect({ status: json.status, verdict: report.verdict, stderr: json.stderr }).toEqual({
      status: 0,
      verdict: 'pass',
      stderr: '',
    });
    const markdown = await check(node, ['--format', 'markdown']);
    expect(markdown.status).toBe(0);
    const [title, , head, rule, ...rows] = markdown.stdout.trimEnd().split('\n');
    expect(title).toMatch(/^\*\*PASS: all \d+ checks pass\*\* \(\d{4}-/);
    expect([head, rule]).toEqual([
      '| Section | Check | Subject | Status | Evidence | Next |',
      '| --- | --- | --- | --- | --- | --- |',
    ]);
    expect(rows).toHaveLength(report.items.length);
    expect(rows[0]).toMatch(
      /^\| `process_health` \| `supervisor_answers` \| `node` \| ✓ pass \| supervisord .* \| {2}\|$/,
    );
  });

  it('goes over the sections that are asked for', async () => {
    const sectionArgs = ['--section', 'endpoint_health', '--section', 'process_health'];
    const { status, stdout } = await check(node, [...sectionArgs, '--format', 'json']);
    const { items } = reportSchema.parse(JSON.parse(stdout));
    expect(new Set(items.map(({ section }) => section))).toEqual(new Set(['process_health', 'endpoint_health']));
    expect(status).toBe(0);
    const nothing = await check(node, ['--section', 'queue_behavior']);
    expect(nothing).toMatchObject({ status: 3, stdout: 'UNKNOWN: there is nothing to check\n' });
  });
});

describe('what an exporter has saved', () => {
  it('is read beside it, without a lock, a file or a byte that changes', async () => {
    const exporter = await startExporter(node);
    const state = join(node.paths.state, 'state.json');
    const since = await waitFor('the exporter to save', () => {
      const { content } = JSON.parse(readFileSync(state, 'utf8')) as SavedState;
      return content.checklist?.records.find((each) => each.check === 'supervisor_answers')?.sinceMs;
    });
    const { stdout: asked, status: answer } = await check(node, ['--from', exporter.url, '--format', 'json']);
    expect(answer).toBe(0);
    const verdicts = (text: string) =>
      receivedSchema
        .parse(JSON.parse(text))
        .items.map(({ check: name, subject, status: word }) => [name, subject, word]);
    // It would go on writing; frozen, it still holds its lock.
    exporter.process.kill('SIGSTOP');
    const before = picture(node.paths.state);
    const { status, stdout, stderr } = await check(node, ['--format', 'json']);
    expect(picture(node.paths.state)).toEqual(before);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(verdicts(stdout)).toEqual(verdicts(asked));
    const item = receivedSchema.parse(JSON.parse(stdout)).items.find((each) => each.check === 'supervisor_answers');
    expect(Date.parse(item?.since ?? '')).toBe(since);
    exporter.process.kill('SIGCONT');
    await exporter.stop();
  });

  it('is left as it is where it cannot be used, which is told', async () => {
    const folder = join(node.paths.root, 'damaged');
    mkdirSync(folder);
    writeFileSync(join(folder, 'state.json'), '{"format":"somebody else\u0027s","content":{}}');
    const config = configWith('damaged.yml', (each) => Object.assign(each, { state_dir: folder }));
    const before = picture(folder);
    const { status, stderr } = await check(node, ['--config.file', config]);
    expect(picture(folder)).toEqual(before);
    expect(stderr).toMatch(
      /^gpunode-exporter: what the exporter knows from before is not used: .*state\.json: format: .*\n$/,
    );
    expect(status).toBe(0);
  });

  it('may belong to somebody else, and so may the node', async () => {
    const folder = join(node.paths.root, 'private');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'state.json'), '{}');
    const config = configWith('private.yml', (each) => Object.assign(each, { state_dir: folder }));
    const { status, stdout, stderr } = await check(node, ['--config.file', config], { uid: 65_534 });
    expect(stderr).toMatch(/not used: EACCES: permission denied/);
    // Nobody may ask supervisord, which is not known to be down.
    expect(stdout).toMatch(/\? unknown +supervisor_answers +node +not known: denied, /);
    expect(status).toBe(3);
  });
});
