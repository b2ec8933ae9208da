import { expect, test } from 'vitest';
import { readFlag, readNumber, readText } from '../../../src/sources/nvidia-smi/cells.ts';

test.each([
  ['81559', 'MiB', { value: 81559 }],
  ['81559 MiB', 'MiB', { value: 81559 }],
  ['627.40', 'W', { value: 627.4 }],
  ['0', undefined, { value: 0 }],
  ['-3', 'C', { value: -3 }],
  ['[N/A]', 'MiB', {}],
  ['N/A', 'C', {}],
  ['[Not Supported]', 'MiB', {}],
  ['Not Supported', 'MiB', {}],
  ['[Requested functionality has been deprecated]', undefined, {}],
  ['[ERROR_DEPRECATED]', undefined, {}],
  ['', undefined, {}],
  ['[GPU is lost]', 'MiB', { error: 'lost' }],
  ['[GPU requires reset]', 'MiB', { error: 'reset_required' }],
  ['[Unknown Error]', 'W', { error: 'unknown_error' }],
  ['ERR!', 'W', { error: 'unknown_error' }],
  ['[Insufficient Permissions]', 'MiB', { error: 'no_permission' }],
  ['[Function Not Found]', 'MiB', { error: 'other' }],
  // Not what was asked for: no number.
  ['81559 KiB', 'MiB', { error: 'other' }],
  ['81559 MiB', undefined, { error: 'other' }],
  ['81.559,00', 'MiB', { error: 'other' }],
  ['0x1F', undefined, { error: 'other' }],
  ['1e3', undefined, { error: 'other' }],
  ['NaN', undefined, { error: 'other' }],
  ['Infinity', undefined, { error: 'other' }],
  ['12 34', undefined, { error: 'other' }],
])('%j in %s', (text, unit, expected) => {
  expect(readNumber(text, unit)).toEqual(expected);
});

test('flags as written before and after 580', () => {
  expect(['Yes', '1', 'Enabled', 'No', '0', 'Disabled'].map((text) => readFlag(text).value)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(readFlag('[N/A]')).toEqual({});
  expect(readFlag('[GPU is lost]')).toEqual({ error: 'lost' });
  expect(readFlag('2')).toEqual({ error: 'other' });
});

test('a token is no name', () => {
  expect(readText('NVIDIA H200')).toEqual({ value: 'NVIDIA H200' });
  expect(readText('[N/A]')).toEqual({});
  expect(readText('[Unknown Error]')).toEqual({ error: 'unknown_error' });
});
