import * as os from 'node:os';
import * as path from 'node:path';
import type { Sections } from './sections.ts';

export interface ServerSection {
  readonly serverUrl: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The RPC server as supervisord itself picks it for its children: a unix socket before TCP; else what supervisorctl uses. */
export function readServer(sections: Sections, warn: (text: string) => void): ServerSection {
  const unix = sections.names.find((name) => name.startsWith('unix_http_server'));
  const inet = sections.names.find((name) => name.startsWith('inet_http_server'));
  const client = credentials(sections, 'supervisorctl');
  const server = unix ?? inet;
  if (server === undefined) {
    const serverUrl = sections.get('supervisorctl', 'serverurl');
    if (serverUrl === undefined) warn('there is no [unix_http_server] and no [inet_http_server]');
    return { serverUrl, ...client };
  }
  const own = credentials(sections, server);
  if (own.password?.startsWith('{SHA}') === true) {
    if (client.password !== undefined) return { serverUrl: urlOf(sections, server, warn), ...client };
    warn(`[${server}] has only the hash of its password; set supervisor.password_file`);
    return { serverUrl: urlOf(sections, server, warn), username: own.username, password: undefined };
  }
  return { serverUrl: urlOf(sections, server, warn), ...own };
}

function credentials(sections: Sections, section: string): Pick<ServerSection, 'username' | 'password'> {
  return { username: sections.get(section, 'username'), password: sections.get(section, 'password') };
}

function urlOf(sections: Sections, section: string, warn: (text: string) => void): string | undefined {
  const isUnix = section.startsWith('unix_http_server');
  const value = sections.get(section, isUnix ? 'file' : 'port')?.trim();
  if (value === undefined || value === '') {
    warn(`[${section}] has no ${isUnix ? 'file' : 'port'}`);
    return undefined;
  }
  if (isUnix) return `unix://${path.resolve(value.replace(/^~(?=\/|$)/, os.homedir()))}`;
  const [, host = '', port] = /^(?:(.*):)?([^:]+)$/.exec(value) ?? [];
  // supervisord listens on IPv4 only; no host or * is every interface.
  return `http://${host === '' || host === '*' ? '127.0.0.1' : host.toLowerCase()}:${port}`;
}
