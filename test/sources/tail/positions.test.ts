import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTailPosition } from '../../../src/sources/tail/positions.ts';

const position = {
  path: '/var/log/app.log',
  device: '2049',
  inode: '18446744073709551615',
  birthMs: 1_768_478_400_123.456,
  fingerprint: { bytes: 256, sha1: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' },
  offset: 4096,
  anchor: { bytes: 64, sha1: 'de9f2c7fd25e1b3afad3e85a0bd17d9b100db4b3' },
  seenBytes: 5000,
  writtenMs: 1_768_478_400_999.001,
  turn: 7,
  insideLine: true as const,
};

describe('a saved position', () => {
  it('comes back from JSON as it was', () => {
    expect(parseTailPosition(JSON.parse(JSON.stringify(position)))).toEqual(position);
  });

  it('may lack what a file system does not have', () => {
    const { path, device, inode, fingerprint, offset } = position;
    const parsed = parseTailPosition({ path, device, inode, fingerprint, offset });
    expect(parsed).toEqual({ path, device, inode, fingerprint, offset, birthMs: undefined });
  });

  it.each([
    undefined,
    null,
    [],
    'text',
    {},
    { ...position, offset: -1 },
    { ...position, offset: 0.5 },
    { ...position, inode: 7 },
    { ...position, fingerprint: { bytes: 1e9, sha1: '' } },
  ])('that is none is not used: %j', (value) => {
    expect(parseTailPosition(value)).toBeUndefined();
  });

  it('is checked, never trusted', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => parseTailPosition(value)).not.toThrow();
      }),
    );
  });
});
