import { SourceError } from '../../core/contract.ts';
import { errorMessage } from '../../core/errors.ts';

/** Where and as whom to ask. */
export interface RpcAddress {
  /** For people: the socket's path or host and port; never a password. */
  readonly name: string;
  readonly url: string;
  readonly socketPath: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Reads `unix:///path`, `http://host:port` or `https://…`; user and password in the URL count unless given beside it. */
export function rpcAddress(
  serverUrl: string,
  credentials: { readonly username: string | undefined; readonly password: string | undefined },
): RpcAddress {
  if (serverUrl.startsWith('unix://')) {
    const socketPath = serverUrl.slice('unix://'.length);
    if (!socketPath.startsWith('/')) throw malformed('a unix:// URL needs an absolute path');
    return { name: socketPath, url: 'http://localhost/RPC2', socketPath, ...credentials };
  }
  const url = parseUrl(serverUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw malformed('expected unix://, http:// or https://');
  const username = credentials.username ?? decode(url.username);
  const password = credentials.password ?? decode(url.password);
  url.username = '';
  url.password = '';
  if (url.pathname === '/') url.pathname = '/RPC2';
  return { name: url.host, url: url.href, socketPath: undefined, username, password };
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (error) {
    throw malformed(errorMessage(error));
  }
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part) || undefined;
  } catch {
    throw malformed('its user or password is not percent-encoded');
  }
}

function malformed(why: string): SourceError {
  return new SourceError('invalid', `supervisord's server URL cannot be used: ${why}`);
}
