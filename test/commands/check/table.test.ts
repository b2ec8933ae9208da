import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../src/commands/check/markdown.ts';
import { createProgress } from '../../../src/commands/check/progress.ts';
import { renderTable } from '../../../src/commands/check/table.ts';
import type { Look } from '../../../src/commands/check/formats.ts';
import type { Report, ReportItem } from '../../../src/checklist/report.ts';
import { printable, printableJson } from '../../../src/commands/printable.ts';

const generated = '2026-01-02T03:04:05.000Z';

function item(change: Partial<ReportItem> = {}): ReportItem {
  return {
    section: 'process_health',
    check: 'program_running',
    subject: 'llama',
    status: 'pass',
    evidence: 'RUNNING for 2h 0m',
    since: generated,
    command: 'timeout 5 supervisorctl status',
    runbook: '/runbooks/GpuNodeProgramDown',
    ...change,
  };
}

function report(...items: readonly ReportItem[]): Report {
  return { verdict: 'fail', generated_at: generated, items: [...items] };
}

const failing = item({
  status: 'fail',
  check: 'no_restart_loop',
  section: 'resource_sanity',
  evidence: '9 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s)',
  since: '2026-01-02T03:02:00.000Z',
  command: 'tail -n 200 /var/log/llama.err',
  runbook: '/runbooks/GpuNodeProgramFlapping',
});
const plain: Look = { paint: (_, text) => text, columns: undefined, runbooks: undefined, watch: false };

describe('the table', () => {
  it('has a line an item where nobody says how wide it may be', () => {
    expect(renderTable(report(item(), failing), plain)).toBe(`process_health
  ✓ pass     program_running  llama  RUNNING for 2h 0m

resource_sanity
  ✗ FAIL     no_restart_loop  llama  9 restarts in the last hour, every 7m 0s, regular as a clock; close to LLAMA_WAIT_SECONDS (7m 0s)
             for:     2m 5s
             next:    tail -n 200 /var/log/llama.err
             runbook: /runbooks/GpuNodeProgramFlapping

FAIL: 1 of 2 checks fails
`);
  });

  it('wraps evidence below itself on a terminal', () => {
    expect(renderTable(report(failing), { ...plain, columns: 80, runbooks: 'http://node:10042' })).toBe(`resource_sanity
  ✗ FAIL     no_restart_loop  llama  9 restarts in the last hour, every 7m 0s,
                                     regular as a clock; close to
                                     LLAMA_WAIT_SECONDS (7m 0s)
             for:     2m 5s
             next:    tail -n 200 /var/log/llama.err
             runbook: http://node:10042/runbooks/GpuNodeProgramFlapping

FAIL: 1 of 1 check fails
`);
  });

  it('gives evidence its own lines on a narrow one, and a long subject its own line on any', () => {
    expect(renderTable(report(item()), { ...plain, columns: 60 })).toContain(
      '\n  ✓ pass     program_running  llama\n             RUNNING for 2h 0m\n',
    );
    const long = item({ subject: 'GPU-5f0e4d3c-2b1a-4099-8877-665544332210' });
    expect(renderTable(report(long, item()), { ...plain, columns: 120 })).toContain(
      `program_running  ${long.subject}\n${' '.repeat(60)}RUNNING for 2h 0m\n`,
    );
  });

  it('measures characters as a terminal does', () => {
    const lines = renderTable(report(item({ subject: '音声' }), item({ subject: 'llama' })), plain).split('\n');
    expect(lines[1]).toBe('  ✓ pass     program_running  音声   RUNNING for 2h 0m');
    expect(lines[2]).toBe('  ✓ pass     program_running  llama  RUNNING for 2h 0m');
  });

  it('leaves out a command that there is not', () => {
    expect(renderTable(report(item({ status: 'unknown', command: '' })), plain)).not.toContain('next:');
  });

  it('paints the status, never the words of others', () => {
    const painted = renderTable(report(failing), {
      ...plain,
      paint: (colour, text) => `<${String(colour)}>${text}</>`,
    });
    expect(painted).toContain('<red>✗ FAIL   </>');
    expect(painted).toContain('<bold,red>FAIL: 1 of 1 check fails</>');
  });
});

describe('markdown', () => {
  it('cannot be broken out of', () => {
    const text = renderMarkdown(
      report(item({ status: 'fail', subject: 'a|`b``c', evidence: '<img src=x> [x](y) @all | `z` \\ *b*\n# h' })),
      'http://node:10042',
    );
    const row = text.split('\n')[4];
    expect(row).toBe(
      '| `process_health` | `program_running` | ``` a\\|`b``c ``` | **✗ FAIL** | \\<img src=x\\> \\[x\\](y) \\@all \\| \\`z\\` \\\\ \\*b\\*\\\\u000a# h | `timeout 5 supervisorctl status`, http://node:10042/runbooks/GpuNodeProgramDown |',
    );
    expect(text.trimEnd().split('\n')).toHaveLength(5);
  });
});

describe('printable', () => {
  it('shows what would move the cursor, hide or reverse a word, and leaves the rest', () => {
    expect(printable('é ✓ 音声 a\tb')).toBe('é ✓ 音声 a\\u0009b');
    expect(printable('\u001B[2J\u009B1m\u202Ex\u2028\u{E0001}\uD800')).toBe(
      '\\u001b[2J\\u009b1m\\u202ex\\u2028\\udb40\\udc01\\ud800',
    );
  });

  it('keeps JSON the same JSON', () => {
    const value = { text: '\u001B[31m\u009B\u202E\u007F é \n "' };
    for (const indent of [0, 2]) {
      const text = printableJson(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('progress', () => {
  it('writes one line over itself, shorter than the terminal is wide, and clears it', () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text), columns: 20 });
    progress.waiting(['gpu']);
    progress.waiting(['gpu']);
    progress.waiting(['models', 'gpu']);
    progress.tell('something');
    progress.clear();
    const line = '\r\u001B[K';
    expect(written).toEqual([
      `${line}waiting for: gpu`,
      `${line}waiting for: model…`,
      line,
      'gpunode-exporter: something\n',
    ]);
  });

  it('says nothing where there is no terminal, but what matters', () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text), columns: undefined });
    progress.waiting(['gpu']);
    progress.tell('something');
    expect(written).toEqual(['gpunode-exporter: something\n']);
  });
});
