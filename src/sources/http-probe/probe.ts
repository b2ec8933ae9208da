import type { Clock, HttpClient, HttpRequest, HttpResponse } from '../../core/host.ts';
import { HttpFailure } from '../../core/host.ts';
import { errorCode, errorMessage } from '../../core/errors.ts';
import { judgeResponse } from './judge.ts';
import { isLocalhost } from './local-address.ts';
import type { Expectation, ProbeRequest, Verdict } from './types.ts';

// A health body has a few bytes; a wrong one may be anything.
const maxBodyBytes = 64 * 1024;
const maxRedirects = 5;

interface Outside {
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** Asks on connections of its own, within one budget for all redirects together. What it meets is data, not an error. */
export async function probe(host: Outside, request: ProbeRequest, expectation: Expectation): Promise<Verdict> {
  const deadlineMs = host.clock.monotonicMs() + request.timeoutMs;
  let url = request.url;
  try {
    for (let hops = 0; ; hops += 1) {
      const response = await get(host, request, url, deadlineMs);
      const next = request.followRedirects ? redirectTarget(response, url) : undefined;
      if (next === undefined || hops === maxRedirects) return judgeResponse(response, expectation);
      url = next;
    }
  } catch (error) {
    const state = stateOf(error);
    if (state === undefined) throw error;
    return { state, reason: errorMessage(error) };
  }
}

async function get(host: Outside, request: ProbeRequest, url: string, deadlineMs: number): Promise<HttpResponse> {
  const options = optionsFor(request, url);
  try {
    return await host.http.request({ ...options, url, timeoutMs: remaining(host, deadlineMs) });
  } catch (error) {
    const other = otherLoopback(url, error);
    if (other === undefined) throw error;
    const headers = { ...options.headers, host: new URL(url).host };
    return await host.http.request({ ...options, url: other, headers, timeoutMs: remaining(host, deadlineMs) });
  }
}

function remaining({ clock }: Outside, deadlineMs: number): number {
  const ms = Math.ceil(deadlineMs - clock.monotonicMs());
  if (ms <= 0) throw new HttpFailure('timeout', 'no answer within the budget', 'ETIMEDOUT');
  return ms;
}

// Many containers' /etc/hosts knows localhost as 127.0.0.1 only, while a server may listen on ::1 only.
function otherLoopback(url: string, error: unknown): string | undefined {
  const target = new URL(url);
  const refused = error instanceof HttpFailure && error.kind === 'refused';
  // With TLS the certificate is for the name.
  if (!refused || target.protocol !== 'http:' || !isLocalhost(target.hostname)) return undefined;
  target.hostname = '[::1]';
  return target.href;
}

function optionsFor(
  { url: first, authorization, ca, signal }: ProbeRequest,
  url: string,
): Pick<HttpRequest, 'headers' | 'maxBodyBytes' | 'ca' | 'signal'> {
  const authorized = authorization !== undefined && new URL(url).origin === new URL(first).origin;
  return {
    // Nothing here unpacks a body.
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'gpunode-exporter',
      ...(authorized ? { authorization } : {}),
    },
    maxBodyBytes,
    ...(ca === undefined ? {} : { ca }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** Where a response sends us: http or https, else it is judged as it is. */
function redirectTarget({ status, headers }: HttpResponse, from: string): string | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  return /^https?:$/.test(target.protocol) ? target.href : undefined;
}

function stateOf(error: unknown): Verdict['state'] | undefined {
  if (error instanceof HttpFailure) {
    // A firewall's EACCES; not_found is for unix sockets.
    return error.kind === 'denied' || error.kind === 'not_found' ? 'connection_error' : error.kind;
  }
  // Node throws for certificates that OpenSSL cannot use before it connects.
  return /^ERR_(OSSL|SSL|TLS)_/.test(errorCode(error) ?? '') ? 'tls_error' : undefined;
}
