import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTcpRow } from '../../../src/sources/procfs/net-tcp.ts';

describe('parseTcpRow', () => {
  it.each([
    [
      '   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 622 1 0000 100 0 0 10 0',
      { address: '0.0.0.0', port: 2024, inode: '622' },
    ],
    [
      '  12: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4294967295 1 0000',
      { address: '127.0.0.1', port: 8000, inode: '4294967295' },
    ],
    [
      '   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 77 1 0000',
      { address: '0:0:0:0:0:0:0:1', port: 8081, inode: '77' },
    ],
    [
      '   2: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 78 1 0000',
      { address: '0:0:0:0:0:ffff:7f00:1', port: 8081, inode: '78' },
    ],
    ['   1: 020200C0:A61A 507100CB:0050 06 00000000:00000000 03:000015C4 00000000 0 0 0 3 00', 'other'],
    ['  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode', undefined],
    ['', undefined],
    ['   0: 0100007F:1F40 00000000:0000 0A', undefined],
    ['   0: 0100007F1F40:1 00000000:0000 0A 0 0 0 0 0 5', undefined],
  ])('%s', (row, expected) => {
    expect(parseTcpRow(row, 'LE')).toEqual(expected);
  });

  it('reads both byte orders', () => {
    const word = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
    fc.assert(
      fc.property(fc.array(word, { minLength: 4, maxLength: 4 }), fc.nat(65_535), fc.nat(), (words, port, inode) => {
        const bytes = Buffer.alloc(16);
        for (const [index, each] of words.entries()) bytes.writeUInt32BE(each, index * 4);
        const hex = (order: 'LE' | 'BE'): string => {
          const copy = Buffer.from(bytes);
          return (order === 'LE' ? copy.swap32() : copy).toString('hex').toUpperCase();
        };
        const portHex = port.toString(16).toUpperCase().padStart(4, '0');
        const row = (order: 'LE' | 'BE'): string => ` 3: ${hex(order)}:${portHex} 0:0 0A 0:0 00:0 0 0 0 ${inode} 1`;
        const parsed = parseTcpRow(row('LE'), 'LE');
        expect(parsed).toEqual(parseTcpRow(row('BE'), 'BE'));
        expect(parsed).toMatchObject({ port, inode: String(inode) });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseTcpRow(text)).toBeUndefined();
        expect(() => parseTcpRow(` 1: ${text} 0A`)).not.toThrow();
      }),
    );
  });
});
