/** The page of a real exporter on a simulated node, in a real browser, while things happen. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../node/exporter.ts';
import type { Daemon } from '../node/daemon.ts';
import { startNode } from '../node/start.ts';
import type { SimulatedNode } from '../node/start.ts';
import { waitFor } from '../node/poll.ts';
import { launchBrowser, phoneByDay, phoneByNight, problemsOf, screenByDay, screenByNight, visit } from './browser.ts';
import type { Look } from './browser.ts';

let node: SimulatedNode;
let exporter: Daemon;
let browser: Browser;
const patience = { timeout: 20_000 };

beforeAll(async () => {
  node = await startNode();
  [exporter, browser] = await Promise.all([startExporter(node), launchBrowser()]);
  await verdictIs('pass');
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});

function verdictIs(verdict: string): Promise<unknown> {
  return waitFor(`the verdict ${verdict}`, async () => {
    const report = (await (await fetch(`${exporter.url}/api/checklist`)).json()) as { verdict: string };
    return report.verdict === verdict;
  });
}

async function looksGood(verdict: string, looks: readonly Look[]): Promise<void> {
  for (const look of looks) {
    const { page, complaints, close } = await visit(browser, exporter.url, look);
    expect(await page.title()).toContain(verdict);
    expect(await problemsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  }
}

// In the order in which a night goes on.
describe('a node', () => {
  it('is well', async () => {
    await looksGood('PASS', [phoneByNight, screenByDay]);
    const { page, close } = await visit(browser, exporter.url);
    expect(await page.locator('.verdict').textContent()).toMatch(/PASS\s+All \d+ checks pass/);
    expect(await page.getByRole('heading', { name: 'Failing' }).count()).toBe(0);
    for (const name of ['fastapi', 'worker-gpu', 'llama']) {
      await page
        .locator('[aria-labelledby=programs]')
        .getByRole('heading', { name: `${name} RUNNING` })
        .waitFor();
    }
    await close();
  });

  it('shows what began to fail without a reload, and leaves alone what the reader does', async () => {
    const { page, complaints, close } = await visit(browser, exporter.url, { width: 360 });
    const opened = page.locator('details', { hasText: 'supervisor_answers' });
    await opened.locator('summary').click();
    await page.evaluate('scrollTo(0, 300); marker = document.querySelector("details[open]")');
    await node.supervisorctl('stop', 'llama');
    await page.getByRole('heading', { name: 'Failing' }).waitFor(patience);
    expect(await page.title()).toContain('FAIL');
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/assets/fail.svg');
    expect(await page.locator('#news').textContent()).toMatch(/^FAIL: 2 of \d+ checks fail/);
    expect(
      await page.evaluate('marker.isConnected && marker.open && document.activeElement === marker.firstElementChild'),
    ).toBe(true);
    expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('fails', async () => {
    await looksGood('FAIL', [phoneByDay, screenByNight]);
    const { page, close } = await visit(browser, exporter.url);
    const card = page.locator('.card.fail', { hasText: 'program_running' });
    expect(await card.textContent()).toMatch(/llama\s+STOPPED\s+FAIL since \d\d:\d\d:\d\d UTC/);
    await card.getByRole('link', { name: 'Runbook' }).click();
    expect(await page.title()).toBe('GpuNodeProgramStopped');
    await close();
  });

  it('says that it is not reachable, and shows nothing old as if it were now', async () => {
    const { page, close } = await visit(browser, exporter.url, { width: 360, colorScheme: 'dark' });
    exporter.process.kill('SIGKILL');
    await page
      .getByRole('status')
      .filter({ hasText: /^Not reachable since \d\d:\d\d:\d\d UTC/ })
      .waitFor(patience);
    expect(await page.title()).toMatch(/^\? not reachable/);
    expect(await page.locator('.verdict h2').innerText()).toContain('was FAIL');
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/assets/unknown.svg');
    expect(await problemsOf(page)).toEqual([]);
    await close();
  });
});
