import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIni } from '../../../src/sources/supervisord/ini.ts';
import { askPython } from './python.ts';

const supervisordsParser = `
import configparser
parser = configparser.RawConfigParser(inline_comment_prefixes=(';', '#'), strict=False)
parser.read_string(x)
return [[section, [list(item) for item in parser.items(section)]] for section in parser.sections()]
`;

const piece = fc.constantFrom(
  '[a]',
  '[b:c]',
  '[]',
  '[DEFAULT]',
  'key',
  'Key',
  '=',
  ':',
  ' ',
  '  ',
  '\t',
  ';',
  '#',
  ' ; ',
  'x',
  'y=z',
  '\n',
  '\n',
  '\n ',
  '[a]\n',
  '\n\n',
  'k=v\n',
  ']',
  '%(here)s',
  '"',
  'ö',
);

test('any text is parsed as supervisord does, or has lines that it refuses', () => {
  const texts = fc.sample(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    { numRuns: 1_500, seed: 42 },
  );
  const expected = askPython(supervisordsParser, texts);
  const ours = texts.map((text) => {
    const { sections, badLines } = parseIni(text);
    return badLines.length > 0 ? null : [...sections].map(([name, options]) => [name, [...options]]);
  });
  const refused = expected.filter((sections) => sections === null).length;
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(1_400);
  for (const [index, text] of texts.entries()) expect([text, ours[index]]).toEqual([text, expected[index]]);
});

test('never throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseIni(text)));
});
