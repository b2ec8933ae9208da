import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSubset, judgeResponse } from '../../../src/sources/http-probe/judge.ts';
import type { Expectation } from '../../../src/sources/http-probe/types.ts';

const ok = { status: 'ok' };

// llama-server b4748, recorded.
const loadingBody = '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}';
const notSupportedBody =
  '{"error":{"code":501,"message":"This server does not support metrics endpoint.","type":"not_supported_error"}}';

describe('judgeResponse', () => {
  it.each<[number, string, Partial<Expectation>, string]>([
    [200, '{"status":"ok"}', {}, 'ok'],
    [200, '{"status":"ok","slots":4}', {}, 'ok'],
    [200, '{"status":"error"}', {}, 'body_mismatch'],
    [200, '{"status":["ok"]}', {}, 'body_mismatch'],
    [200, '[{"status":"ok"}]', {}, 'body_mismatch'],
    [200, '<html>It works!</html>', {}, 'body_mismatch'],
    [200, '', {}, 'body_mismatch'],
    [200, 'null', {}, 'body_mismatch'],
    [200, '<html>It works!</html>', { json: undefined }, 'ok'],
    [204, '', {}, 'http_error'],
    [204, '', { status: [200, 204], json: undefined }, 'ok'],
    [500, '{"status":"ok"}', {}, 'http_error'],
    [401, '', {}, 'http_error'],
    [503, loadingBody, {}, 'http_error'],
    [503, loadingBody, { kind: 'llama' }, 'loading'],
    [503, '{"error":{"message":"no slot available"}}', { kind: 'llama' }, 'http_error'],
    [503, '<html>Service Unavailable</html>', { kind: 'llama' }, 'http_error'],
    [501, notSupportedBody, { kind: 'llama' }, 'http_error'],
    [200, loadingBody, { kind: 'llama' }, 'body_mismatch'],
    [200, '{"status":"ok"}', { kind: 'llama' }, 'ok'],
  ])('%i %s, expecting %j: %s', (status, body, expectation, state) => {
    const response = { status, headers: {}, body, bodyTruncated: false };
    const full: Expectation = { status: [200], json: ok, kind: 'http', ...expectation };
    expect(judgeResponse(response, full)).toMatchObject({ state, statusCode: status });
  });

  it('says nothing of the body', () => {
    const response = { status: 200, headers: {}, body: '{"status":"hunter2"}', bodyTruncated: false };
    const { reason } = judgeResponse(response, { status: [200], json: ok, kind: 'http' });
    expect(reason).toBe('the body does not contain {"status":"ok"}');
  });

  it('does not believe the beginning of a body', () => {
    const response = { status: 200, headers: {}, body: '{"status":"ok"}', bodyTruncated: true };
    expect(judgeResponse(response, { status: [200], json: ok, kind: 'http' })).toMatchObject({
      state: 'body_mismatch',
    });
  });
});

describe('isSubset', () => {
  it('holds for every value and itself, and for an object with more keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // As it comes from a body: -0 has become 0, and a key named __proto__ is a key.
        const parsed = JSON.parse(JSON.stringify(value)) as unknown;
        expect(isSubset(parsed, parsed)).toBe(true);
        expect(isSubset({ a: parsed }, { b: 1, a: parsed })).toBe(true);
      }),
    );
  });

  it.each([
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, true],
    [{ a: { b: 1 } }, { a: 1 }, false],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2, c: 3 }] }, true],
    [{ a: [1] }, { a: [1, 2] }, false],
    [{ a: [] }, { a: {} }, false],
    [{}, [], false],
    [{}, {}, true],
    [{ toString: {} }, {}, false],
    [{ a: null }, {}, false],
    [{ a: 1 }, { a: '1' }, false],
  ])('%j in %j: %s', (expected, actual, result) => {
    expect(isSubset(expected, actual)).toBe(result);
  });
});
