import { expect, test } from 'vitest';
import { z } from 'zod';
import { recordOf } from '../../src/core/record-of.ts';

test('keeps every name, also one that every object answers to', () => {
  const text = '{"__proto__":1,"constructor":2,"llama":3,"":4}';
  expect(JSON.stringify(recordOf(z.number()).parse(JSON.parse(text)))).toBe(text);
});

test.each([{ llama: 'one' }, [], null, 'text', undefined])('refuses %j', (data) => {
  expect(recordOf(z.number()).safeParse(data).success).toBe(false);
});
