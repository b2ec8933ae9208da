import { expect, test } from 'vitest';
import { shardNumber, shardPaths } from '../../../src/sources/gguf/shards.ts';

test('all shards of a model from the name of any of them', () => {
  const paths = ['/m/big-00001-of-00003.gguf', '/m/big-00002-of-00003.gguf', '/m/big-00003-of-00003.gguf'];
  for (const path of paths) expect(shardPaths(path)).toEqual(paths);
  expect(shardNumber('/m/big-00002-of-00003.gguf')).toBe(2);
});

test.each([
  '/m/big.gguf',
  '/m/big-1-of-3.gguf',
  '/m/big-00004-of-00003.gguf',
  '/m/big-00000-of-00003.gguf',
  '/m/big-00001-of-00000.gguf',
  '/m/big-00001-of-99999.gguf',
  '/m/big-00001-of-00003.gguf.part',
  '/m/big-00001-of-00003.bin',
])('%s is not a shard', (path) => {
  expect(shardPaths(path)).toBeUndefined();
});
