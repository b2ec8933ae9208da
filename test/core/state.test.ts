import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TimedEvent } from '../../src/core/contract.ts';
import { openState, readState } from '../../src/core/state.ts';
import type { StateStore } from '../../src/core/state.ts';
import { createTestHost, testNowMs } from '../support/host.ts';

let directory: string;
let open: StateStore[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gpunode-state-'));
});

afterEach(async () => {
  await Promise.all(open.map((state) => state.close()));
  open = [];
  rmSync(directory, { recursive: true, force: true });
});

async function openIn(at: string = directory) {
  const host = createTestHost();
  const state = await openState(at, host.clock, host.log);
  open.push(state);
  return { state, host };
}

function onDisk(): Record<string, unknown> {
  return (JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as { content: Record<string, unknown> })
    .content;
}

const event: TimedEvent = { id: 'a', atMs: testNowMs - 1000, kind: 'start', subject: 'llama' };

describe('state directory', () => {
  it('has a counter on disk before the save resolves, and gives it back to the next run', async () => {
    const { state } = await openIn();
    expect(state.wasRestored).toBe(false);
    await state.save('supervisor', { data: { starts: 3 }, changed: 'counters' }, [event]);
    expect(onDisk()).toEqual({ supervisor: { starts: 3 } });
    await state.close();

    const { state: next } = await openIn();
    expect(next.wasRestored).toBe(true);
    expect(next.restored('supervisor')).toEqual({ starts: 3 });
    expect(next.history.events()).toEqual([event]);
  });

  it('writes positions at stop at the latest, and keeps the sections of collectors that do not run', async () => {
    const { state } = await openIn();
    await state.save('gpu', { data: 'kept', changed: 'counters' }, []);
    await state.close();
    const { state: next } = await openIn();
    await next.save('logs', { data: { offset: 7 }, changed: 'positions' }, []);
    await next.close();
    expect(onDisk()).toEqual({ gpu: 'kept', logs: { offset: 7 } });
  });

  it('shares one write among saves that come together', async () => {
    const { state } = await openIn();
    const saves = Array.from({ length: 50 }, (_, index) =>
      state.save('supervisor', { data: index, changed: 'counters' }, []),
    );
    await Promise.all(saves);
    expect(onDisk()).toEqual({ supervisor: 49 });
  });

  it.each([
    ['damaged', '{"format": "gpunode-exporter state 1", "con'],
    ['foreign', '{"format": "something else", "content": {}}'],
    ['empty', ''],
  ])('sets a %s file aside and says so', async (_what, text) => {
    writeFileSync(join(directory, 'state.json'), text);
    const { state, host } = await openIn();
    expect(state.wasRestored).toBe(false);
    expect(host.lines).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('set aside') }),
    ]);
    expect(readFileSync(join(directory, 'state.json.unusable'), 'utf8')).toBe(text);
  });

  it('refuses a second exporter and takes over the lock of a dead one', async () => {
    writeFileSync(join(directory, 'lock'), '1 0 no-such-boot\n');
    await openIn();
    const lock = readFileSync(join(directory, 'lock'), 'utf8');
    expect(lock).toMatch(new RegExp(`^${process.pid} \\d+ [0-9a-f-]+\\n$`));
    const other = await parentLock();
    writeFileSync(join(directory, 'lock'), other);
    const host = createTestHost();
    await expect(openState(directory, host.clock, host.log)).rejects.toThrow(`held by process ${process.ppid}`);
    writeFileSync(join(directory, 'lock'), lock);
  });

  it('goes on where it stopped though no lock can be written', async () => {
    const { state } = await openIn();
    await state.save('supervisor', { data: { starts: 3 }, changed: 'counters' }, []);
    await state.close();
    mkdirSync(join(directory, 'lock'));
    const { state: next, host } = await openIn();
    expect(next.restored('supervisor')).toEqual({ starts: 3 });
    expect(host.lines).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining('cannot be locked') }),
    ]);
    await next.save('supervisor', { data: { starts: 4 }, changed: 'counters' }, []);
    expect(onDisk()).toEqual({ supervisor: { starts: 4 } });
  });

  it('publishes anyway when the directory is gone, says so once, and notices when it is back', async () => {
    const { state, host } = await openIn();
    rmSync(directory, { recursive: true });
    await state.save('supervisor', { data: 1, changed: 'counters' }, []);
    await state.save('supervisor', { data: 2, changed: 'counters' }, []);
    expect(state.isSaved()).toBe(false);
    expect(host.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await import('node:fs/promises').then(({ mkdir }) => mkdir(directory));
    await state.save('supervisor', { data: 3, changed: 'counters' }, []);
    await vi.waitUntil(() => state.isSaved());
    expect(onDisk()).toEqual({ supervisor: 3 });
  });

  it('leaves nothing but its files behind', async () => {
    const { state } = await openIn();
    await state.save('supervisor', { data: 1, changed: 'counters' }, [event]);
    await state.close();
    expect(readdirSync(directory).toSorted()).toEqual(['history.json', 'state.json']);
  });
});

/** A lock as our parent, which is alive, would have written it. */
async function parentLock(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${process.ppid}/stat`, 'utf8');
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${process.ppid} ${startTicks} ${bootId}`;
}

describe('a state directory of another process', () => {
  it('is read, and goes on in memory alone', async () => {
    const { state } = await openIn();
    await state.save('supervisor', { data: { starts: 3 }, changed: 'counters' }, [event]);
    const names = readdirSync(directory);
    const before = names.map((name) => readFileSync(join(directory, name), 'utf8'));
    const { clock } = createTestHost();
    const read = await readState(directory, clock);
    expect(read.wasRestored).toBe(true);
    expect(read.restored('supervisor')).toEqual({ starts: 3 });
    const later = { ...event, id: 'b', atMs: testNowMs };
    await read.save('supervisor', { data: { starts: 4 }, changed: 'counters' }, [event, later]);
    await read.close();
    expect(read.history.events()).toEqual([event, later]);
    expect(readdirSync(directory)).toEqual(names);
    expect(names.map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual(before);
  });

  it('may not be there, and is not made', async () => {
    const nowhere = join(directory, 'nowhere');
    const read = await readState(nowhere, createTestHost().clock);
    expect(read.wasRestored).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['{', '{"format":"another program 7","content":{}}', '[]'])(
    'is left alone where it holds %s',
    async (text) => {
      writeFileSync(join(directory, 'state.json'), text);
      await expect(readState(directory, createTestHost().clock)).rejects.toThrow(/state\.json: /);
      expect(readFileSync(join(directory, 'state.json'), 'utf8')).toBe(text);
      expect(readdirSync(directory)).toEqual(['state.json']);
    },
  );
});
