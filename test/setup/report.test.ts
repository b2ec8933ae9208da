import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countTests } from './report.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpunode-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['all passed', { numPassedTests: 7, numTotalTests: 7, testResults: [] }, 0, { passed: 7, failed: 0 }],
  ['one skipped', { numPassedTests: 6, numTotalTests: 7, testResults: [] }, 0, { passed: 6, failed: 1 }],
  [
    'one failed and a file that does not load',
    { numPassedTests: 6, numTotalTests: 7, testResults: [{ status: 'failed', assertionResults: [] }] },
    1,
    { passed: 6, failed: 2 },
  ],
  [
    'an error outside every test',
    { numPassedTests: 7, numTotalTests: 7, testResults: [] },
    1,
    { passed: 7, failed: 1 },
  ],
  ['no report', undefined, 0, { passed: 0, failed: 1 }],
] as const)('%s', (_, report, status, count) => {
  const file = join(folder, 'report.json');
  if (report) writeFileSync(file, JSON.stringify(report));
  expect(countTests(file, status)).toEqual(count);
});
