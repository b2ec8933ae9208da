/** `npm run generate`: writes the files that are derived from the code; with `--check` only says which are stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { dashboardFiles } from '../../dashboards/source/index.ts';
import { reportJsonSchema } from '../../src/checklist/schema.ts';
import { checklistPage } from './checklist-page.ts';
import { metricsPage } from './metrics-page.ts';

const pages = [
  { path: 'METRICS.md', text: metricsPage() },
  { path: 'CHECKLIST.md', text: checklistPage() },
  { path: 'deploy/schema/checklist.schema.json', text: `${JSON.stringify(reportJsonSchema(), undefined, 2)}\n` },
  ...dashboardFiles(),
];

const check = process.argv.includes('--check');
const stale = pages.filter(({ path, text }) => current(path) !== text);
for (const { path, text } of stale) {
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  process.stdout.write(`${path}: ${check ? 'is stale; run `npm run generate`' : 'written'}\n`);
}
process.exitCode = check && stale.length > 0 ? 1 : 0;

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
