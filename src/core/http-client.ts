import * as http from 'node:http';
import * as https from 'node:https';
import { HttpFailure } from './host.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './host.ts';
import { errorCode, errorMessage } from './errors.ts';
import { sharedLookup } from './shared-lookup.ts';
import { timeoutSignal } from './timeout-signal.ts';

/**
 * One request a connection with a total budget. Node's own client rather than `fetch`: unix sockets, a private CA and
 * the certainty that nothing is pooled, retried or followed.
 */
export function createHttpClient(): HttpClient {
  return { request };
}

function request(options: HttpRequest): Promise<HttpResponse> {
  const url = new URL(options.url);
  const deadline = timeoutSignal(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      // An answer that is not HTTP leaves its socket open.
      outgoing.destroy();
      reject(toFailure(error, signal, options));
    };
    const settings: https.RequestOptions = {
      method: options.method ?? 'GET',
      headers: { connection: 'close', ...options.headers },
      agent: false,
      lookup: sharedLookup,
      signal,
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    };
    const outgoing = url.protocol === 'https:' ? https.request(url, settings) : http.request(url, settings);
    outgoing.once('error', fail);
    // Whatever the other side does: Node itself says nothing of some connections that it closes.
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    // 101: without a listener Node closes the connection, and neither answer nor error ever comes.
    outgoing.once('upgrade', ({ statusCode = 0, headers }) => {
      resolve({ status: statusCode, headers, body: '', bodyTruncated: false });
      outgoing.destroy();
    });
    outgoing.once('response', (incoming) => {
      readBody(incoming, options.maxBodyBytes).then((body) => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, ...body });
        outgoing.destroy();
      }, fail);
    });
    outgoing.end(options.body);
  });
}

async function readBody(
  incoming: http.IncomingMessage,
  maxBytes: number,
): Promise<{ body: string; bodyTruncated: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  const body = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
  return { body, bodyTruncated: bytes > maxBytes };
}

function toFailure(error: unknown, signal: AbortSignal, { url, socketPath, timeoutMs }: HttpRequest): HttpFailure {
  const where = socketPath ?? new URL(url).host;
  if (signal.aborted) {
    return new HttpFailure('timeout', `${where}: no complete answer within ${timeoutMs} ms`, 'ETIMEDOUT');
  }
  const code = codeOf(error);
  const kind = kindOf(code);
  // Node says the address again.
  const why = kind === 'refused' ? 'connection refused' : errorMessage(error) || code;
  return new HttpFailure(kind, `${where}: ${why}`, code, { cause: error });
}

// A name with several addresses fails with an AggregateError; its parts share the reason that matters.
function codeOf(error: unknown): string | undefined {
  const code = errorCode(error);
  return code ?? (error instanceof AggregateError ? errorCode(error.errors[0]) : undefined);
}

function kindOf(code: string | undefined): HttpFailure['kind'] {
  if (code === undefined) return 'connection_error';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ENOENT') return 'not_found';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL') return 'dns_error';
  return isTlsCode(code) ? 'tls_error' : 'connection_error';
}

// Codes of Node's TLS layer and of X.509 verification (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
function isTlsCode(code: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|HOSTNAME_MISMATCH|EPROTO$)/.test(code) ||
    /(_CERT|_CERTIFICATE|_SIGNATURE|_CHAIN|_CRL|_ISSUER_CERT_LOCALLY|_LEAF_SIGNATURE|_CA|_PURPOSE)$/.test(code)
  );
}
