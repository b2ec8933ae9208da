/** `check` on a terminal: colours, progress, the width; and `--watch`. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../../src/checklist/report.ts';
import { waitFor } from '../../node/poll.ts';
import { startNode } from '../../node/start.ts';
import type { SimulatedNode } from '../../node/start.ts';
import { main, startCheck, startProgram } from './program.ts';
import type { RunOptions, Running } from './program.ts';

let node: SimulatedNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.stop());

/** On a pseudo-terminal of so many columns; what is seen is stdout and stderr together. */
function onTerminal(columns: number, args: readonly string[], options: RunOptions = {}): Running {
  const words = [process.execPath, main, 'check', '--config.file', node.configFile, ...args];
  const command = `stty cols ${columns}; exec ${words.map((word) => `'${word}'`).join(' ')}`;
  // Where CI is set Node takes a terminal for one without colours.
  const env = { TERM: 'xterm-256color', CI: undefined, ...options.env };
  return startProgram(node, ['script', '--quiet', '--return', '--command', command, '/dev/null'], { env });
}

const escape = '\u001B';
const colours = new RegExp(`${escape}\\[\\d*m`, 'g');
const models = ['--section', 'model_integrity'];

describe('a terminal', () => {
  it('has colours, what is waited for while it is, and lines that fit', async () => {
    const { stdout } = await onTerminal(80, ['--timeout', '20s']).ended;
    expect(stdout).toContain(`\r${escape}[Kwaiting for: supervisor, `);
    expect(stdout).toContain('size_stable llama');
    // Behind the last progress, which is taken back.
    const report = stdout.slice(stdout.lastIndexOf(`\r${escape}[K`));
    expect(report).toContain(`${escape}[32m✓ pass`);
    const lines = report.replaceAll(colours, '').split('\r\n');
    // But for names and commands, which somebody may want to copy.
    expect(lines.filter((line) => line.length > 80 && !line.includes(node.paths.root))).toEqual([]);
    // Too narrow for evidence beside its subject.
    expect(lines[lines.findIndex((line) => /api_healthy +compute-api$/.test(line)) + 1]).toMatch(/^ {13}answers with/);
  });

  it.each<[string, RunOptions['env'] & object]>([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a terminal that has none', { TERM: 'dumb' }],
  ])('has no colours with %s', async (_, env) => {
    const { stdout } = await onTerminal(100, models, { env }).ended;
    expect(stdout).toContain('✓ pass');
    expect(stdout).not.toMatch(colours);
  });

  it('is watched in place, and ends with the last verdict', async () => {
    const running = onTerminal(120, [...models, '--watch']);
    const shown = () => running.stdout().split(`${escape}[H`).length - 1;
    await waitFor('three looks', () => shown() >= 3, { timeoutMs: 40_000 });
    const [first = '', second = ''] = running.stdout().split(`${escape}[H`).slice(1);
    expect(running.stdout()).toContain(`${escape}[2J${escape}[H`);
    expect(first).toContain(`all 4 checks pass`);
    expect(second).toMatch(new RegExp(`${escape}\\[K\\r\\n.*${escape}\\[J$`, 's'));
    running.child.kill('SIGINT');
    await running.ended;
  });
});

describe('no terminal', () => {
  it('has colours where they are asked for', async () => {
    const { stdout } = await startCheck(node, models, { env: { FORCE_COLOR: '1' } }).ended;
    expect(stdout).toContain(`${escape}[32m✓ pass`);
  });

  it('is watched report by report, as lines of JSON if asked to, and ends with the last verdict', async () => {
    const running = startCheck(node, [...models, '--watch', '--format', 'json']);
    await waitFor('two looks', () => running.stdout().split('\n').length > 2, { timeoutMs: 40_000 });
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.ended;
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => reportSchema.parse(JSON.parse(line)));
    expect(reports.map(({ verdict }) => verdict).slice(0, 2)).toEqual(['pass', 'pass']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Date.parse(reports[1]?.generated_at ?? '') - Date.parse(reports[0]?.generated_at ?? '')).toBeGreaterThan(
      2_000,
    );
  });

  it('ends quietly when nobody reads any more', async () => {
    const script = `'${process.execPath}' '${main}' check --config.file '${node.configFile}' | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await startProgram(node, ['bash', '-c', script]).ended;
    expect({ stdout, stderr }).toEqual({ stdout: 'process_health\n0\n', stderr: '' });
  });

  it('an interrupted check is no verdict', async () => {
    const running = startCheck(node, []);
    const children = `/proc/${running.child.pid}/task/${running.child.pid}/children`;
    await waitFor('the file agent', () => readFileSync(children, 'utf8').trim() !== '');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 143, stdout: '' });
  });
});
