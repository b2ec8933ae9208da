import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface LocalTarget {
  readonly port: number;
  /** Whether a socket that is bound to this address can have answered a request to the target. */
  readonly accepts: (boundAddress: string) => boolean;
}

/**
 * The port of a URL whose host is this machine's: loopback, `localhost` or the address of one of its interfaces.
 * Undefined for any other host, a name that would have to be looked up among them.
 */
export function localTarget(url: string, own: readonly string[]): LocalTarget | undefined {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isLocalhost(host) ? ['127.0.0.1', '::1'] : isLocal(host, own) ? [canonical(host)] : [];
  if (addresses.length === 0) return undefined;
  const bound = new Set(addresses.flatMap((each) => [each, ...wildcards(each)]).map(canonical));
  return {
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    accepts: (address) => bound.has(canonical(address)),
  };
}

/** Addresses of this machine's interfaces, as they are now. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}

/** RFC 6761: localhost and the names below it are always this machine. */
export function isLocalhost(host: string): boolean {
  return /^(.*\.)?localhost\.?$/i.test(host);
}

function isLocal(host: string, own: readonly string[]): boolean {
  const address = canonical(host);
  if (isIPv4(address) && (address.startsWith('127.') || address === '0.0.0.0')) return true;
  return address === canonical('::1') || address === canonical('::') || own.some((each) => canonical(each) === address);
}

// A socket bound to :: takes IPv4 too unless it asked not to, which /proc does not tell. To connect to a wildcard
// address is to connect to loopback.
function wildcards(address: string): string[] {
  if (address === '0.0.0.0') return ['127.0.0.1', '::'];
  if (address === canonical('::')) return ['::1'];
  return isIPv4(address) ? ['0.0.0.0', '::'] : ['::'];
}

/** One spelling for each address; IPv4 mapped into IPv6 is IPv4. */
function canonical(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return plain;
  const short = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
