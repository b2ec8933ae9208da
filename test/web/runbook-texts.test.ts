/** What the runbooks say: one for each alert, and nothing in them that does not exist. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/catalog.ts';
import { items } from '../../src/checklist/items.ts';
import { findCommand } from '../setup/packages.ts';
import { readAlertRules } from '../support/alert-rules.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'rules/runbooks');
const names = readdirSync(folder).map((file) => file.replace(/\.md$/, ''));
const runbooks = names.map((name) => ({ name, text: readFileSync(join(folder, `${name}.md`), 'utf8') }));
const scripts = runbooks.flatMap(({ name, text }) =>
  [...text.matchAll(/^( *)```bash\n(.*?)^ *```$/gms)].map(([, indent = '', script = '']) => ({
    name,
    script: script.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  })),
);

/** Paths of a node that no default of the configuration names. */
const nodePaths = [
  '/app',
  '/app/llama-server',
  '/dev/nvidia*',
  '/dev/shm',
  '/etc/cron.d',
  '/etc/fstab',
  '/etc/gpunode-exporter.yml',
  '/etc/prometheus/prometheus.yml',
  '/etc/supervisor/conf.d/',
  '/etc/supervisor/conf.d/*.conf',
  '/etc/supervisor/conf.d/llama.conf',
  '/etc/supervisor/conf.d/worker-gpu.conf',
  '/etc/supervisor/supervisord.conf',
  '/run',
  '/sys/fs/cgroup/memory.current',
  '/sys/fs/cgroup/memory.max',
  '/usr/local/bin/start-llama.sh',
  '/var/log',
  '/var/log/gpunode-exporter.log',
  '/var/log/supervisor/supervisord.log',
  '/var/run/supervisor.sock',
  '/workspace',
  '/workspace/packages/models',
  '/workspace/packages/models/llm',
  '/workspace/packages/models/llm/*',
  '/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf',
  '/workspace/packages/models/whisperx',
  '/workspace/scripts/start-llama.sh',
  '/workspace/src/api/main.py',
];

describe('texts', () => {
  it('has one for each alert and no other', () => {
    expect(names.toSorted()).toEqual(
      readAlertRules()
        .map(({ alert }) => alert)
        .toSorted(),
    );
  });

  it.each(runbooks)('$name is in the usual order', ({ name, text }) => {
    expect([...text.matchAll(/^#+ .*$/gm)].map(([line]) => line)).toEqual([
      `# ${name}`,
      '## Meaning',
      '## Impact',
      '## Is it the exporter?',
      '## Diagnosis',
      '## Mitigation',
      '## Rollback',
    ]);
    expect(text.split('\n').length).toBeLessThan(120);
  });

  it('has what an item of the checklist sends its reader to', () => {
    expect(items.map(({ runbook }) => runbook).filter((runbook) => !names.includes(runbook))).toEqual([]);
  });

  it('says of each check that GpuNodeCheckFailing covers what to do', () => {
    const { expr = '' } = readAlertRules().find(({ alert }) => alert === 'GpuNodeCheckFailing') ?? {};
    const checks = /check=~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [];
    expect(checks).toContain('cuda_visible');
    const { text = '' } = runbooks.find(({ name }) => name === 'GpuNodeCheckFailing') ?? {};
    expect([...text.matchAll(/^\*\*(\w+)\*\*:/gm)].map(([, check]) => check)).toEqual(checks);
  });

  it('names only metrics that exist, and never as a part of a name', () => {
    const known = new Set(catalog().flatMap(({ metrics }) => metrics.map(({ name }) => name)));
    const named = runbooks.flatMap(({ name, text }) => metricsIn(text).map((metric) => ({ name, metric })));
    expect(named.length).toBeGreaterThan(50);
    const bare = (metric: string): string => metric.replace(/_(sum|count|bucket)$/, '');
    expect(named.filter(({ metric }) => !known.has(metric) && !known.has(bare(metric)))).toEqual([]);
  });

  it('links only runbooks that exist', () => {
    const links = runbooks.flatMap(({ text }) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, href = '']) => href));
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((href) => !names.includes(href.replace(/\.md$/, '')))).toEqual([]);
  });

  it('names only paths that a node has', () => {
    const ephemeral =
      /^\/(proc|var\/tmp)(\/|$)|^\/dev\/null$|^\/var\/log\/(\$P|llama|fastapi|worker-gpu|\*)(\.|$)|^\/(targets|health|-\/)/;
    const named = runbooks.flatMap(({ name, text }) => pathsIn(text).map((path) => ({ name, path })));
    expect(named.filter(({ path }) => !ephemeral.test(path) && !nodePaths.includes(path))).toEqual([]);
    expect(nodePaths.filter((path) => !named.some((use) => use.path === path))).toEqual([]);
  });

  it('has only files in deploy/ that are there', () => {
    const files = runbooks.flatMap(({ text }) =>
      [...text.matchAll(/`(deploy\/[\w/.-]+)`/g)].map(([, file = '']) => file),
    );
    expect(files.filter((file) => !readFileSync(join(root, file)).length)).toEqual([]);
  });

  it('has scripts that bash can read', () => {
    expect(scripts.length).toBeGreaterThan(100);
    const { stderr } = spawnSync('bash', ['-n'], {
      input: scripts.map(({ script }) => `{ :\n${script}}\n`).join(''),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });

  it('asks supervisord through its configuration, and restarts one program at a time', () => {
    const all = runbooks.map(({ text }) => text).join('\n');
    expect(all.match(/supervisorctl (?!-c \/etc\/supervisor\/supervisord\.conf)\w+/g) ?? []).toEqual([]);
    expect(all.match(/supervisord\.conf (restart|stop|start|update) (all\b|`)/g) ?? []).toEqual([]);
    expect(all).not.toMatch(/pkill|killall/);
  });

  it('calls the exporter only by commands and flags that it has', () => {
    const calls = runbooks.flatMap(({ text }) =>
      [...text.matchAll(/gpunode-exporter ((?:gate|config|check|evidence|tuning|baseline|serve)[^`|\n]*)/g)].map(
        ([, call = '']) => call.trim(),
      ),
    );
    const distinct = new Set(
      calls.map((call) => {
        const words = call.split(/\s+/);
        const command = words[0] === 'config' ? words.slice(0, 2) : words.slice(0, 1);
        return [...command, ...words.filter((word) => word.startsWith('--'))].join(' ');
      }),
    );
    expect(distinct.size).toBeGreaterThan(2);
    const helps = new Map<string, string>();
    for (const call of distinct) {
      const words = call.split(' ');
      const command = words.filter((word) => !word.startsWith('--'));
      const key = command.join(' ');
      if (!helps.has(key)) {
        const main = join(root, 'src/main.ts');
        helps.set(key, spawnSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8' }).stdout);
      }
      expect(helps.get(key)).toContain(`Usage: gpunode-exporter ${key}`);
      for (const flag of words.filter((word) => word.startsWith('--'))) expect(helps.get(key)).toContain(flag);
    }
  });

  it('looks for scripts by their arguments, and checks with the configuration that the exporter has', () => {
    const all = runbooks.map(({ text }) => text).join('\n');
    // Processes of Node.js and Python do not bear the name of their program.
    expect(all.match(/(-C|pgrep|pidof) .*(gpunode-exporter|python)/g) ?? []).toEqual([]);
    expect(all.match(/^gpunode-exporter check$/gm) ?? []).toEqual([]);
  });

  it('calls supervisorctl as it wants to be called', () => {
    expect(findCommand('supervisorctl')).toBeDefined();
    const actions = runbooks.flatMap(({ text }) =>
      [...text.matchAll(/supervisord\.conf ([a-z]+)\b/g)].map(([, action = '']) => action),
    );
    const known = ['avail', 'pid', 'restart', 'start', 'status', 'stop', 'tail', 'update'];
    expect([...new Set(actions)].toSorted()).toEqual(known);
  });
});

/** Names in running text, and those that a `grep -E` for `^gpunode_a_(b|c)` selects. */
function metricsIn(text: string): string[] {
  const expanded = text.replaceAll(/(gpunode_\w*)\(([\w|]+)\)/g, (_, prefix: string, ends: string) =>
    ends
      .split('|')
      .map((end) => prefix + end)
      .join(' '),
  );
  return [...expanded.matchAll(/\bgpunode_\w+/g)].map(([metric]) => metric);
}

/** Absolute paths in code, without what shell syntax hangs on to them. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w/.:$~*")}-])\/[\w$*][\w/.$*-]*/g)].map(([path]) => path.replace(/[.,;]+$/, ''));
}
