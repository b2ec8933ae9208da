/** `npm run screenshots`: pictures of the page for the README, from simulated nodes with a day behind them. */
import type { Browser } from 'playwright-core';
import { createTestHost } from '../support/host.ts';
import { llamaHealthy } from '../../src/checklist/items/endpoints.ts';
import { noRestartLoop } from '../../src/checklist/items/restart-loop.ts';
import { openState } from '../../src/core/state.ts';
import type { TimedEvent } from '../../src/core/contract.ts';
import { systemClock } from '../../src/host.ts';
import { startExporter } from '../node/exporter.ts';
import { waitFor } from '../node/poll.ts';
import { startNode } from '../node/start.ts';
import { ensurePackages } from '../setup/packages.ts';
import { launchBrowser, phoneByNight, screenByDay, visit } from './browser.ts';
import type { Look } from './browser.ts';

interface Picture {
  readonly file: string;
  readonly scenario: string;
  readonly look: Look;
  readonly height: number;
  /** What the checklist says when it is worth a picture. */
  readonly verdict: 'pass' | 'fail';
  /** Checks of llama that have failed since the loop began. */
  readonly failing: readonly { readonly check: string; readonly kind: string }[];
  readonly yesterday: (nowMs: number) => TimedEvent[];
}

const minuteMs = 60_000;
const loopMinutes = 43;
const folder = new URL('../../dashboards/screenshots/', import.meta.url);

const pictures: readonly Picture[] = [
  {
    file: 'page-healthy-phone-dark.png',
    scenario: 'healthy',
    look: { ...phoneByNight, deviceScaleFactor: 2 },
    height: 690,
    verdict: 'pass',
    failing: [],
    yesterday: (nowMs) => [
      ...run('fastapi', nowMs, 26 * 60, 1),
      ...run('worker-gpu', nowMs, 9 * 60, 1),
      ...run('llama', nowMs, 26 * 60, 1),
    ],
  },
  {
    file: 'page-llama-flap-light.png',
    scenario: 'llama-flap',
    look: screenByDay,
    height: 780,
    verdict: 'fail',
    failing: [
      { check: 'llama_healthy', kind: llamaHealthy.subject },
      { check: 'no_restart_loop', kind: noRestartLoop.subject },
    ],
    yesterday: (nowMs) => [
      ...run('fastapi', nowMs, 26 * 60, 1),
      ...run('worker-gpu', nowMs, 26 * 60, 11 * 60),
      ...run('worker-gpu', nowMs, 10 * 60, 1),
      ...run('llama', nowMs, 26 * 60, loopMinutes + 1),
      ...crashLoop('llama', nowMs),
    ],
  },
];

ensurePackages(['supervisor', 'chromium']);
const browser = await launchBrowser(['--host-resolver-rules=MAP gpu-node-7 127.0.0.1', '--disable-lcd-text']);
try {
  for (const picture of pictures) await take(browser, picture);
} finally {
  await browser.close();
}

async function take(browser: Browser, picture: Picture): Promise<void> {
  const { file, scenario, look, height, verdict } = picture;
  const node = await startNode({ scenario, prepare: ({ paths }) => remember(paths.state, picture) });
  try {
    const exporter = await startExporter(node);
    await waitFor(`a node that says ${verdict}`, async () => {
      const { items, ...report } = (await (await fetch(`${exporter.url}/api/checklist`)).json()) as Report;
      const isSettled = items.every(({ since }) => Date.now() - Date.parse(since) > 8_000);
      const unknowns = items.filter(({ status }) => status === 'unknown').length;
      // llama itself is on its way to RUNNING again and again.
      return report.verdict === verdict && (verdict === 'pass' ? isSettled : unknowns <= 1);
    });
    const { page, close } = await visit(browser, exporter.url.replace('127.0.0.1', 'gpu-node-7'), look);
    await page.evaluate(asOnARealNode(node.paths.root));
    await page.setViewportSize({ width: look.width ?? 0, height });
    await page.screenshot({ path: new URL(file, folder).pathname });
    await close();
  } finally {
    await node.stop();
  }
}

interface Report {
  readonly verdict: string;
  readonly items: readonly { readonly since: string; readonly status: string }[];
}

/** A script that takes the scratch folder and this machine's name and ports out of the picture. */
function asOnARealNode(root: string): string {
  return `{
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      text.data = text.data.replaceAll(${JSON.stringify(root)}, '').replace(/gpu-node-7:\\d+/, 'gpu-node-7:10042');
    }
    document.querySelector('h1').textContent = 'gpu-node-7';
  }`;
}

/** What an exporter would have kept that watched the node for two days. */
async function remember(directory: string, { yesterday, failing }: Picture): Promise<void> {
  const nowMs = Date.now();
  const state = await openState(directory, systemClock, createTestHost().log);
  const since = { subject: 'llama', status: 'fail', sinceMs: nowMs - loopMinutes * minuteMs };
  const records = failing.map((each) => ({ ...each, ...since }));
  const data = { watchedSinceMs: nowMs - 48 * 60 * minuteMs, records };
  await state.save('checklist', { data, changed: 'counters' }, yesterday(nowMs));
  await state.close();
}

/** A run from and until minutes ago, asked for and stopped by somebody. */
function run(program: string, nowMs: number, fromMinutes: number, untilMinutes: number): TimedEvent[] {
  const [startMs, endMs] = [nowMs - fromMinutes * minuteMs, nowMs - untilMinutes * minuteMs];
  return [
    { id: `start ${program} ${startMs}`, atMs: startMs, kind: 'start', subject: program, detail: 'requested' },
    {
      id: `exit ${program} ${endMs}`,
      atMs: endMs,
      kind: 'exit',
      subject: program,
      detail: 'stopped 0',
      value: (endMs - startMs) / 1000,
    },
  ];
}

/** Runs of seven seconds, one after the other. */
function crashLoop(program: string, nowMs: number): TimedEvent[] {
  const events: TimedEvent[] = [];
  for (let atMs = nowMs - loopMinutes * minuteMs; atMs < nowMs - 10_000; atMs += 9_000) {
    events.push(
      { id: `start ${program} ${atMs}`, atMs, kind: 'start', subject: program, detail: 'respawn' },
      {
        id: `exit ${program} ${atMs}`,
        atMs: atMs + 7_000,
        kind: 'exit',
        subject: program,
        detail: 'unexpected 1',
        value: 7,
      },
    );
  }
  return events;
}
