import type { Host } from '../../core/host.ts';
import { errorMessage } from '../../core/errors.ts';
import { readSmallFile } from '../../sources/http-probe/small-file.ts';
import type { EndpointTarget } from './config.ts';

/** What a target's files contribute to a request. */
export interface Credentials {
  readonly authorization?: string;
  readonly ca?: string;
}

export interface CredentialReader {
  /**
   * Read again where a file changed. A file that was readable once may disappear: what it said is used further, and a
   * server that has forgotten it will say so. Throws an Error that names the file when it was never readable.
   */
  read(options: { timeoutMs: number; signal: AbortSignal }): Promise<Credentials>;
}

interface Version {
  readonly version: string;
  readonly text: string;
}

/** The credentials of one target. Their content goes into requests and nowhere else. */
export function createCredentialReader(host: Host, target: EndpointTarget): CredentialReader {
  const { ca_file, bearer_token_file, username, password_file } = target;
  const known = new Map<string, Version>();
  const complained = new Set<string>();

  async function readText(path: string, options: { timeoutMs: number; signal: AbortSignal }): Promise<string> {
    const earlier = known.get(path);
    try {
      const args = earlier === undefined ? {} : { known: earlier.version };
      const { version, text } = await host.files.call(readSmallFile, path, args, options);
      if (text !== undefined) known.set(path, { version, text });
      complained.delete(path);
      return text ?? earlier?.text ?? '';
    } catch (error) {
      if (earlier === undefined) throw error;
      if (!complained.has(path)) {
        host.log.warn('using what a file said earlier', { target: target.name, path, error: errorMessage(error) });
      }
      complained.add(path);
      return earlier.text;
    }
  }

  return {
    async read(options) {
      const ca = ca_file === undefined ? undefined : certificate(ca_file, await readText(ca_file, options));
      const authorization =
        bearer_token_file === undefined
          ? undefined
          : `Bearer ${token(bearer_token_file, await readText(bearer_token_file, options))}`;
      const basic =
        username === undefined || password_file === undefined
          ? undefined
          : `Basic ${Buffer.from(`${username}:${firstLine(await readText(password_file, options))}`).toString('base64')}`;
      const either = authorization ?? basic;
      return { ...(either === undefined ? {} : { authorization: either }), ...(ca === undefined ? {} : { ca }) };
    },
  };
}

function certificate(path: string, text: string): string {
  if (!text.includes('-----BEGIN ')) throw new Error(`${path} holds no PEM certificate`);
  return text;
}

// RFC 6750 knows a narrower set; what matters is that nothing can end the header.
function token(path: string, text: string): string {
  const trimmed = text.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new Error(`${path} holds no token`);
  return trimmed;
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}
