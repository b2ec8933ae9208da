/** Counts tests from vitest's JSON report. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/**
 * A skipped test has not passed; a file that cannot be loaded, an error outside every test, and a report that is not there
 * count as one failure each. `status` is vitest's exit status.
 */
export function countTests(reportFile: string, status: number): Count {
  const report = readReport(reportFile);
  if (!report) return { passed: 0, failed: 1 };
  const notPassed = report.numTotalTests - report.numPassedTests;
  const notLoaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = notPassed + notLoaded.length;
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
}

/** The part of the report that we read. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numTotalTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

function readReport(file: string): z.infer<typeof reportSchema> | undefined {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
