/** What fails, as each of those says that an operator may ask: the JSON, the metric, the page and the command. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reportSchema } from '../../src/checklist/report.ts';
import type { Daemon } from '../node/daemon.ts';
import { waitFor } from '../node/poll.ts';
import { scrape } from '../node/exporter.ts';
import { parseExposition } from '../support/exposition.ts';
import { failingItems, failingOf } from './scenario-looks.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Waits until all four say the same: between two of them a program may have died once more. Rejects with what they say. */
export async function allAgree(exporter: Daemon): Promise<void> {
  let said = '';
  await waitFor('one answer of all', async () => {
    const answers = {
      json: await failingItems(exporter.url),
      metric: failingInMetrics(await scrape(exporter)),
      page: failingOnPage(await (await fetch(`${exporter.url}/`)).text()),
      command: await failingByCommand(exporter.url),
    };
    said = JSON.stringify(answers, null, 2);
    return new Set(Object.values(answers).map((each) => each.toSorted().join())).size === 1;
  }).catch((error: unknown) => {
    throw new Error(`they do not agree:\n${said}`, { cause: error });
  });
}

function failingInMetrics(text: string): string[] {
  const series = [...parseExposition(text).series('gpunode_check_status')];
  return series.flatMap(([labels, value]) => {
    const [, check, subject] = /check="(\w+)",subject="(.*)",status="fail"/.exec(labels) ?? [];
    return value === 1 && check !== undefined ? [`${check}{${subject}}`] : [];
  });
}

function failingOnPage(html: string): string[] {
  const cards = html.matchAll(/<li class="card fail" data-key="([^/"]+)\/([^"]*)">/g);
  return [...cards].map(([, check, subject]) => `${check}{${subject}}`);
}

function failingByCommand(exporterUrl: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const args = [main, 'check', '--from', exporterUrl, '--format', 'json'];
    // It ends with 1 where something fails.
    execFile(process.execPath, args, (_error, stdout, stderr) => {
      try {
        resolve(failingOf(reportSchema.parse(JSON.parse(stdout))));
      } catch (error) {
        reject(new Error(`check said: ${stdout}${stderr}`, { cause: error }));
      }
    });
  });
}
