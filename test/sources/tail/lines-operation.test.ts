import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeTails, readTailLines } from '../../../src/sources/tail/lines-operation.ts';
import type { TailLinesRequest, TailLinesResult, TailPosition } from '../../../src/sources/tail/types.ts';

let folder = '';
let log = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
  log = join(folder, 'app.log');
});

afterEach(async () => {
  await closeTails();
  await rm(folder, { recursive: true });
});

function look(position?: TailPosition, more: Partial<TailLinesRequest> = {}): Promise<TailLinesResult> {
  const request = { consumer: 'test', start: 'beginning' as const, maxBytes: 1_000_000, ...more };
  return readTailLines.run(log, position ? { ...request, position } : request);
}

/** What a new process of the agent would say. */
async function lookAfterRestart(position?: TailPosition): Promise<TailLinesResult> {
  await closeTails();
  return look(position);
}

describe('the lines of a log', () => {
  it('are delivered when they are complete, each once', async () => {
    await writeFile(log, 'one\ntwo\nthr');
    const first = await look();
    expect(first).toMatchObject({ lines: ['one', 'two'], readBytes: 11, lostBytes: 0, lagBytes: 0, atEnd: true });
    await appendFile(log, 'ee\n');
    const second = await look(first.position);
    expect(second.lines).toEqual(['three']);
    expect((await look(second.position)).lines).toEqual([]);
  });

  it('come again from the acknowledged position when a reply was lost', async () => {
    await writeFile(log, 'one\ntw');
    const first = await look();
    await appendFile(log, 'o\nthree\n');
    expect((await look(first.position)).lines).toEqual(['two', 'three']);
    expect((await look(first.position)).lines).toEqual(['two', 'three']);
  });

  it('come again from the beginning when the very first reply was lost', async () => {
    await writeFile(log, 'one\n');
    expect((await look()).lines).toEqual(['one']);
    expect((await look()).lines).toEqual(['one']);
  });

  it('go on after a restart where the position was saved', async () => {
    await writeFile(log, 'one\ntw');
    const first = await look();
    await appendFile(log, 'o\n');
    expect((await lookAfterRestart(first.position)).lines).toEqual(['two']);
  });

  it('begin at the end when asked, with the line that is being written', async () => {
    await writeFile(log, 'old\nhal');
    const first = await look(undefined, { start: 'end' });
    expect(first.lines).toEqual([]);
    await appendFile(log, 'f\n');
    expect((await look(first.position)).lines).toEqual(['half']);
  });

  it('are read from the first byte of a log that was missing', async () => {
    const first = await look(undefined, { start: 'end' });
    expect(first).toMatchObject({ lines: [], unreadable: 'missing', atEnd: true });
    await writeFile(log, 'one\n');
    const second = await look(first.position, { start: 'end' });
    expect(second).toMatchObject({ lines: ['one'], unreadable: undefined, rotations: { renamed: 0, truncated: 0 } });
  });
});

describe('a renamed log', () => {
  it('is read to its end, joined with the head of the new file', async () => {
    await writeFile(log, 'one\n');
    const first = await look();
    await appendFile(log, 'two\nthr');
    await rename(log, `${log}.1`);
    await writeFile(log, 'ee\nfour\n');
    const second = await look(first.position);
    const third = await look(second.position);
    expect([...second.lines, ...third.lines]).toEqual(['two', 'three', 'four']);
    expect(second.rotations.renamed + third.rotations.renamed).toBe(1);
  });

  it.each(['running', 'restarted'])('is found behind several generations while %s', async (how) => {
    await writeFile(log, 'one\n');
    const first = await look();
    await appendFile(log, 'two\n');
    await rename(log, `${log}.3`);
    await writeFile(`${log}.2`, 'three\n');
    await writeFile(`${log}.1`, 'four\n');
    await writeFile(log, 'five\n');
    if (how === 'restarted') await closeTails();
    const second = await look(first.position);
    const third = await look(second.position);
    expect([...second.lines, ...third.lines]).toEqual(['two', 'three', 'four', 'five']);
    expect(second.rotations.renamed + third.rotations.renamed).toBe(3);
  });
});

describe('a truncated log', () => {
  it.each(['running', 'restarted'])('is read from its beginning, even if it grew longer, while %s', async (how) => {
    await writeFile(log, 'one\n');
    const first = await look();
    await truncate(log, 0);
    await appendFile(log, 'two\nthree\nfour\n');
    if (how === 'restarted') await closeTails();
    const second = await look(first.position);
    expect(second).toMatchObject({ lines: ['two', 'three', 'four'], rotations: { renamed: 0, truncated: 1 } });
  });
});
