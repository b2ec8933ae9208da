import type { HttpResponse } from '../../core/host.ts';
import type { Expectation, Verdict } from './types.ts';

/** What a response means to somebody who expects this. */
export function judgeResponse(response: HttpResponse, expectation: Expectation): Verdict {
  const { status: statusCode } = response;
  if (expectation.kind === 'llama' && isLoading(response)) return { state: 'loading', statusCode };
  if (!expectation.status.includes(statusCode)) {
    return {
      state: 'http_error',
      statusCode,
      reason: `status ${statusCode}, expected ${expectation.status.join(' or ')}`,
    };
  }
  if (expectation.json === undefined) return { state: 'ok', statusCode };
  const reason = response.bodyTruncated ? 'the body is too long' : bodyMismatch(response.body, expectation.json);
  return reason === undefined ? { state: 'ok', statusCode } : { state: 'body_mismatch', statusCode, reason };
}

// llama-server binds before it loads: 503 {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}.
function isLoading({ status, body }: HttpResponse): boolean {
  return status === 503 && isSubset({ error: { message: 'Loading model' } }, parseJson(body));
}

function bodyMismatch(body: string, expected: unknown): string | undefined {
  const actual = parseJson(body);
  if (actual === undefined) return 'the body is not JSON';
  return isSubset(expected, actual) ? undefined : `the body does not contain ${JSON.stringify(expected)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether `actual` has all that `expected` has: objects may have more keys, lists must have as many entries. */
export function isSubset(expected: unknown, actual: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, index) => isSubset(each, actual[index]))
    );
  }
  if (!isObject(expected)) return expected === actual;
  return (
    isObject(actual) &&
    Object.entries(expected).every(([key, value]) => Object.hasOwn(actual, key) && isSubset(value, actual[key]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
