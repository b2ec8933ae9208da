import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstWord } from '../../../src/sources/supervisord/shell-words.ts';
import { askPython } from './python.ts';

test('the first word of a command is what supervisord executes', () => {
  const piece = fc.constantFrom('/bin/a', 'x', ' ', '\t', "'", '"', '\\', '=', 'ö', '%', '#');
  const commands = fc.sample(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    { numRuns: 1_500, seed: 7 },
  );
  const expected = askPython('import shlex\nreturn shlex.split(x)[0]', commands);
  for (const [index, command] of commands.entries()) {
    // Where a quote is not closed only behind the first word, supervisord refuses the whole command.
    if (expected[index] === null) continue;
    expect([command, firstWord(command)]).toEqual([command, expected[index]]);
  }
});

test.each(['', '  ', '"not closed', "'", 'x\\'])('no word: %s', (command) => {
  expect(firstWord(command)).toBeUndefined();
});
