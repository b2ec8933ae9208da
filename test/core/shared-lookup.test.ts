import { expect, it } from 'vitest';
import { sharedLookup } from '../../src/core/shared-lookup.ts';

const ask = (hostname: string, all: boolean): Promise<unknown> =>
  new Promise((resolve, reject) => {
    sharedLookup(hostname, { all }, (error, ...found) => (error ? reject(error) : resolve(found)));
  });

it('finds addresses in both forms', async () => {
  expect(await ask('127.0.0.1', true)).toEqual([[{ address: '127.0.0.1', family: 4 }]]);
  expect(await ask('127.0.0.1', false)).toEqual(['127.0.0.1', 4]);
});

it('hands an error on', async () => {
  await expect(ask('no such name', false)).rejects.toMatchObject({
    code: expect.stringMatching(/^E(NOTFOUND|AI_\w+)$/),
  });
});

it('asks for a name once at a time, and again later', async () => {
  const lookups = (): number => process.getActiveResourcesInfo().filter((each) => each === 'GetAddrInfoReqWrap').length;
  for (let round = 0; round < 2; round += 1) {
    const before = lookups();
    const asked = Array.from({ length: 5 }, () => ask('localhost', true));
    expect(lookups()).toBe(before + 1);
    expect(new Set((await Promise.all(asked)).map((each) => JSON.stringify(each))).size).toBe(1);
    expect(lookups()).toBe(before);
  }
});
