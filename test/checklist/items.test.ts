import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/checklist/evaluate.ts';
import { items } from '../../src/checklist/items.ts';
import { sections } from '../../src/checklist/types.ts';
import type { NodeView } from '../../src/checklist/types.ts';
import { readAlertRules } from '../support/alert-rules.ts';
import {
  artifactsFacts,
  configOf,
  down,
  failed,
  gpuFacts,
  healthyView,
  known,
  modelFact,
  runs,
  supervisorFacts,
} from './healthy-view.ts';

/** What an engineer goes through, section by section; queue_behavior comes with its collector. */
const checks = {
  process_health: ['supervisor_answers', 'program_running', 'code_present', 'binary_valid'],
  endpoint_health: ['api_healthy', 'llama_healthy'],
  model_integrity: ['mounted', 'file_regular_readable', 'size_stable', 'file_complete', 'file_visible'],
  resource_sanity: [
    'no_restart_loop',
    'no_oom',
    'cuda_visible',
    'gpu_ok',
    'gpu_memory_owned',
    'whisper_on_gpu',
    'memory_headroom',
  ],
};

const filesystems = [{ path: '/workspace', require_mount: true }];
const broken: Partial<NodeView> = {
  config: configOf({ host: { filesystems } }),
  supervisor: known(supervisorFacts(down('llama', 'FATAL'), down('worker-gpu', 'BACKOFF'), down('fastapi', 'STOPPED'))),
  endpoints: known({ endpoints: [] }),
  gpu: known(gpuFacts({ visible: 0, cards: [], memory: undefined })),
  models: known({ models: [modelFact({ present: false })], directories: [] }),
  events: runs('llama', [20, 20, 20]),
};
const silent = (['supervisor', 'endpoints', 'gpu', 'models', 'logs', 'host', 'artifacts'] as const).map((name) => [
  name,
  failed('denied'),
]);
const views: readonly NodeView[] = [
  healthyView({ config: configOf({ host: { filesystems } }) }),
  healthyView(broken),
  healthyView({ artifacts: known(artifactsFacts({ paths: [], binaries: [], programsKnown: false })) }),
  healthyView(Object.fromEntries(silent) as Partial<NodeView>),
];
const verdicts = views.flatMap((view) => evaluate(items, view, () => ['seen before']));

describe('the items', () => {
  it('are those of the checklist, in its order', () => {
    const found = Object.groupBy(items, ({ section }) => section);
    expect(
      Object.fromEntries(
        Object.entries(found).map(([section, each]) => [section, [...new Set(each.map(({ check }) => check))]]),
      ),
    ).toEqual(checks);
    const order = items.map(({ section }) => sections.indexOf(section));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('are each told apart by check and kind of subject', () => {
    const names = items.map(({ check, subject }) => `${check} ${subject}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('each say in a sentence what green means', () => {
    expect(items.filter(({ passesWhen }) => !/^[^|\n]{20,}\.$/.test(passesWhen)).map(({ check }) => check)).toEqual([]);
  });

  it('name runbooks of alerts that exist', () => {
    const alerts = readAlertRules().map(({ alert }) => alert);
    const named = new Set([...items, ...verdicts].map(({ runbook }) => runbook));
    const folder = join(import.meta.dirname, '../../rules/runbooks');
    expect([...named].filter((name) => !alerts.includes(name) || !existsSync(join(folder, `${name}.md`)))).toEqual([]);
  });

  it('suggest commands that are there, and some command always', () => {
    const tools = ['ls', 'ldd', 'command', 'curl', 'ss', 'stat', 'sleep', 'findmnt', 'tail', 'dmesg'];
    const there = new Set([...tools, 'supervisorctl', 'grep', 'nvidia-smi', 'ps', 'free', 'gpunode-exporter']);
    const words = verdicts.flatMap(({ command }) =>
      command.split(/ *[|;] (?=\w)| *; */).map(
        (part) =>
          part
            .replace(/^timeout \d+ /, '')
            .trim()
            .split(' ')[0],
      ),
    );
    expect(words.filter((word) => word === undefined || !there.has(word))).toEqual([]);
  });

  it('say something, in one line, of everything', () => {
    expect(verdicts.filter(({ evidence }) => !/^\S[^\n]*$/.test(evidence))).toEqual([]);
  });
});
