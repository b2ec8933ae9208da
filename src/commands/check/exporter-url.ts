import { UsageError } from '../usage.ts';

/** A running exporter, and as whom to ask it. */
export interface ExporterAddress {
  /** For people: never with a password. */
  readonly name: string;
  /** Base of its pages, with a slash at the end, without credentials. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the password is, if the URL has only a user: an argument is seen by everybody who may list processes. */
export const passwordVariable = 'GPUNODE_EXPORTER_PASSWORD';

/** Reads `--from`. Throws `UsageError`, whose message never holds what may be a secret. */
export function readExporterUrl(text: string, environment: NodeJS.ProcessEnv): ExporterAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.host === '') {
    throw new UsageError('--from: expected a URL such as http://gpu-node:10042');
  }
  const { username, password } = url;
  const authorization =
    username === '' && password === ''
      ? {}
      : { authorization: basic(decode(username), decode(password) || (environment[passwordVariable] ?? '')) };
  const bare = new URL(url.pathname.replace(/\/?$/, '/'), url.origin);
  return { name: bare.href.replace(/\/$/, ''), url: bare.href, headers: authorization };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError('--from: its user or password is not percent-encoded');
  }
}
