import { describe, expect, it } from 'vitest';
import { localTarget, ownAddresses } from '../../../src/sources/http-probe/local-address.ts';

const own = ['192.0.2.2', '2001:db8::2', 'fe80::1%eth0'];
const any4 = '0.0.0.0';
const any6 = '0:0:0:0:0:0:0:0';
const loopback6 = '0:0:0:0:0:0:0:1';
const mapped = '0:0:0:0:0:ffff:7f00:1';
const all = ['127.0.0.1', '127.0.0.2', '192.0.2.2', '192.0.2.3', any4, any6, loopback6, mapped, '2001:db8:0:0:0:0:0:2'];

describe('localTarget', () => {
  it.each([
    ['http://127.0.0.1:8000/health', ['127.0.0.1', any4, any6, mapped]],
    ['http://127.1:8000/', ['127.0.0.1', any4, any6, mapped]],
    ['http://127.0.0.2:8000/', ['127.0.0.2', any4, any6]],
    ['http://localhost:8000/', ['127.0.0.1', any4, any6, loopback6, mapped]],
    ['http://api.localhost:8000/', ['127.0.0.1', any4, any6, loopback6, mapped]],
    ['http://[::1]:8000/', [any6, loopback6]],
    ['http://[::ffff:127.0.0.1]:8000/', ['127.0.0.1', any4, any6, mapped]],
    ['http://0.0.0.0:8000/', ['127.0.0.1', any4, any6, mapped]],
    ['http://[::]:8000/', [any6, loopback6]],
    ['http://192.0.2.2:8000/', ['192.0.2.2', any4, any6]],
    ['http://[2001:db8::2]:8000/', [any6, '2001:db8:0:0:0:0:0:2']],
  ])('%s can be answered by sockets bound to %j', (url, expected) => {
    const target = localTarget(url, own);
    expect(target?.port).toBe(8000);
    expect(all.filter((address) => target?.accepts(address))).toEqual(expected);
  });

  it.each(['http://192.0.2.3:8000/', 'http://example.org/', 'http://localhost.example.org/', 'http://[2001:db8::3]/'])(
    '%s is of another host',
    (url) => {
      expect(localTarget(url, own)).toBeUndefined();
    },
  );

  it('knows the ports that urls leave out', () => {
    expect(localTarget('http://127.0.0.1/', own)?.port).toBe(80);
    expect(localTarget('https://127.0.0.1/', own)?.port).toBe(443);
  });

  it('asks this machine for its addresses', () => {
    expect(ownAddresses()).toContain('127.0.0.1');
  });
});
