import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/core/contract.ts';
import { encodeCall, encodeValue, maxReplyBytes, parseReply } from '../../../src/sources/supervisord/xmlrpc.ts';
import type { RpcValue } from '../../../src/sources/supervisord/xmlrpc.ts';
import { answerBodies, capture } from './captures.ts';

describe('recorded answers', () => {
  test('a multicall gives the results of its calls in order', () => {
    const [body = ''] = answerBodies('rpc-multicall.txt');
    const reply = parseReply(body);
    const results = 'value' in reply ? (reply.value as RpcValue[]) : [];
    expect(results).toHaveLength(5);
    expect(results[0]).toEqual(
      new Map<string, RpcValue>([
        ['statecode', 1],
        ['statename', 'RUNNING'],
      ]),
    );
    expect(results.slice(1, 4)).toEqual([17686, 'gpunode', '4.2.5']);
    expect(results[4]).toHaveLength(14);
  });

  test('special characters come as they are', () => {
    const [body = ''] = answerBodies('rpc-escaping.txt');
    const reply = parseReply(body);
    const programs = 'value' in reply ? (reply.value as Map<string, RpcValue>[]) : [];
    expect(programs.map((program) => program.get('name'))).toEqual(['a.b-c_d', 'wörker-gpu']);
    expect(programs[1]?.get('spawnerr')).toBe("can't find command '/nonexistent/<a>&b'");
    expect(programs[0]?.get('logfile')).toBe('/srv/node/log/a.b-c_d-stdout---nœud"1"-ewvje779.log');
  });

  test.each([
    ['rpc-getProcessInfo-badname.txt', 10, 'BAD_NAME: nosuch'],
    ['rpc-unknownMethod.txt', 1, 'UNKNOWN_METHOD'],
    ['shutdown-state.txt', 6, 'SHUTDOWN_STATE'],
  ])('%s is fault %i', (file, code, text) => {
    const bodies = answerBodies(file);
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) expect(parseReply(body)).toEqual({ fault: { code, text } });
  });

  test('our call is what a recorded call was', () => {
    expect(capture('rpc-getState.txt')).toContain(encodeCall('supervisor.getState', []));
  });
});

const value = (inner: string): string =>
  `<?xml version='1.0'?><methodResponse><params><param>${inner}</param></params></methodResponse>`;

test.each([
  ['<value>text without a type</value>', 'text without a type'],
  ['<value/>', ''],
  ['<value><string/></value>', ''],
  ['<value><i4>-7</i4></value>', -7],
  ['<value><boolean>0</boolean></value>', false],
  ['<value><double>-1.5</double></value>', -1.5],
  ['<value> <array> <data> </data> </array> </value>', []],
  ['<value><string><![CDATA[<&]]></string></value>', '<&'],
])('%s', (xml, expected) => {
  expect(parseReply(value(xml))).toEqual({ value: expected });
});

test('a member may have any name', () => {
  const xml = '<value><struct><member><name>__proto__</name><value><int>1</int></value></member></struct></value>';
  expect(parseReply(value(xml))).toEqual({ value: new Map([['__proto__', 1]]) });
});

const bomb = `<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>`;

test.each([
  ['nothing', ''],
  ['no XML', 'hello'],
  ['HTML', '<html><body>Unauthorized</body></html>'],
  ['half an answer', value('<value><int>1</int></value>').slice(0, -20)],
  ['entities of its own', `${bomb}<methodResponse><params><param><value>&b;</value></param></params></methodResponse>`],
  ['an unknown entity', value('<value>&nosuch;</value>')],
  ['a call', encodeCall('supervisor.getState', [])],
  ['no params', '<methodResponse/>'],
  ['two params', '<methodResponse><params><param/><param/></params></methodResponse>'],
  ['an unknown type', value('<value><nil/></value>')],
  ['a number that is none', value('<value><int>1x</int></value>')],
  ['a number in hexadecimal', value('<value><int>0x10</int></value>')],
  ['an infinite number', value('<value><double>1e999</double></value>')],
  ['a boolean that is none', value('<value><boolean>yes</boolean></value>')],
  ['two values in one', value('<value><int>1</int><int>2</int></value>')],
  ['text beside a value', value('<value>x<int>1</int></value>')],
  ['a member without a name', value('<value><struct><member><value>1</value></member></struct></value>')],
  ['an array without data', value('<value><array><value>1</value></array></value>')],
  ['a fault without a code', '<methodResponse><fault><value><struct/></value></fault></methodResponse>'],
  ['values nested too deeply', value('<value><array><data>'.repeat(40) + '</data></array></value>'.repeat(40))],
  ['tags without an end', '<a>'.repeat(600_000)],
  ['a name space a tag', Array.from({ length: 40_000 }, (_, index) => `<a${index} xmlns:a${index}="u">`).join('')],
  ['attributes', value('<value type="int">1</value>')],
  ['values without end', value(`<value><array><data>${'<value/>'.repeat(210_000)}</data></array></value>`)],
  ['a text without an end', value('<value><![CDATA[x</value>')],
  ['a comment', value('<value><!-- x --></value>')],
  ['more than anybody sends', value(`<value>${'x'.repeat(maxReplyBytes)}</value>`)],
])('refused: %s', (_, xml) => {
  expect(reasonOf(xml)).toBe('invalid');
});

const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.boolean(),
);
const anyValue: fc.Arbitrary<RpcValue> = fc.letrec<{ value: RpcValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
})).value;

test('every value survives the way through XML', () => {
  fc.assert(
    fc.property(anyValue, (original) => {
      expect(parseReply(value(encodeValue(original)))).toEqual({ value: original });
    }),
  );
});

test('whatever comes, it is an answer or invalid', () => {
  const [answer = ''] = answerBodies('rpc-escaping.txt');
  const damaged = fc
    .tuple(
      fc.nat(answer.length),
      fc.nat(400),
      fc.string({ unit: fc.constantFrom('<', '>', '/', '&', ';', 'a', '"', ' ') }),
    )
    .map(([from, length, instead]) => answer.slice(0, from) + instead + answer.slice(from + length));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), damaged), (xml) => {
      expect(['fine', 'invalid']).toContain(reasonOf(xml));
    }),
    { numRuns: 200 },
  );
});

function reasonOf(xml: string): string {
  try {
    parseReply(xml);
    return 'fine';
  } catch (error) {
    return error instanceof SourceError ? error.reason : String(error);
  }
}
