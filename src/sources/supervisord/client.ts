import { SourceError } from '../../core/contract.ts';
import type { FailureReason } from '../../core/contract.ts';
import { HttpFailure } from '../../core/host.ts';
import type { HttpClient, HttpResponse } from '../../core/host.ts';
import { errorMessage } from '../../core/errors.ts';
import type { RpcAddress } from './address.ts';
import { faultError } from './fault.ts';
import { readSnapshot, snapshotCalls } from './snapshot.ts';
import type { SupervisordSnapshot } from './types.ts';
import { encodeCall, maxReplyBytes, parseReply } from './xmlrpc.ts';

export interface RpcOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly nowMs: () => number;
}

/** Asks supervisord for everything in one request. Throws `SourceError` whose text says what to look at. */
export async function fetchSnapshot(
  http: HttpClient,
  address: RpcAddress,
  options: RpcOptions,
): Promise<SupervisordSnapshot> {
  const response = await post(http, address, options);
  checkStatus(response, address);
  const reply = parseReply(response.body);
  if ('fault' in reply) throw faultError(reply.fault);
  return readSnapshot(reply.value, options.nowMs());
}

async function post(http: HttpClient, address: RpcAddress, options: RpcOptions): Promise<HttpResponse> {
  try {
    return await http.request({
      url: address.url,
      ...(address.socketPath === undefined ? {} : { socketPath: address.socketPath }),
      method: 'POST',
      headers: { 'content-type': 'text/xml', ...authorization(address) },
      body: encodeCall('system.multicall', [snapshotCalls]),
      timeoutMs: options.timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      maxBodyBytes: maxReplyBytes,
    });
  } catch (error) {
    throw error instanceof HttpFailure ? connectError(error, address, options.timeoutMs) : error;
  }
}

function authorization({ username, password }: RpcAddress): Record<string, string> {
  if (username === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

function connectError(failure: HttpFailure, { name, socketPath }: RpcAddress, timeoutMs: number): SourceError {
  const [reason, text] = explain(failure, socketPath !== undefined, timeoutMs);
  return new SourceError(reason, `supervisord at ${name}: ${text}`, { cause: failure });
}

function explain(failure: HttpFailure, isSocket: boolean, timeoutMs: number): [FailureReason, string] {
  switch (failure.kind) {
    case 'not_found':
      return ['unavailable', 'no such socket; supervisord is not running, or supervisor.server_url names another one'];
    case 'refused':
      return isSocket
        ? ['unavailable', 'nobody listens on the socket; supervisord was killed and left it behind']
        : ['unavailable', 'connection refused; supervisord is not running, or listens elsewhere'];
    case 'denied':
      return ['denied', 'permission denied; open the socket to this user with chmod= and chown= in [unix_http_server]'];
    case 'timeout':
      return ['timeout', `no answer within ${timeoutMs} ms; it is frozen or overloaded`];
    default:
      return [
        'unavailable',
        `the connection broke (${failure.code ?? errorMessage(failure)}); it is stopping or reloading`,
      ];
  }
}

function checkStatus({ status, bodyTruncated }: HttpResponse, { name }: RpcAddress): void {
  const problem = (reason: FailureReason, text: string): SourceError =>
    new SourceError(reason, `supervisord at ${name}: ${text}`);
  if (status === 401 || status === 403) {
    throw problem('denied', 'it wants another user name or password; see supervisor.username and password_file');
  }
  if (status !== 200) throw problem('invalid', `HTTP status ${status}; is this supervisord's /RPC2?`);
  if (bodyTruncated) throw problem('invalid', `the reply is longer than ${maxReplyBytes} bytes`);
}
