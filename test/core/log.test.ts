import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/core/log.ts';
import type { LogFormat } from '../../src/core/log.ts';

function logged(format: LogFormat): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', format, clock: { now: () => 0 }, write: (line) => lines.push(line) });
  return { lines, log };
}

describe('logging', () => {
  it('writes logfmt that no text can break out of', () => {
    const { lines, log } = logged('logfmt');
    log.warn('collector failed', { error: 'a "b"\nlevel=info', n: 3, absent: undefined });
    log.debug('unseen');
    expect(lines).toEqual([
      'time=1970-01-01T00:00:00.000Z level=warn msg="collector failed" error="a \\"b\\"\\nlevel=info" n=3\n',
    ]);
  });

  it('writes JSON', () => {
    const { lines, log } = logged('json');
    log.error('x', { ok: false });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'error',
      msg: 'x',
      ok: false,
    });
  });
});
