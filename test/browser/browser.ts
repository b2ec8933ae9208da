/** Pages of ours in Debian's Chromium. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { requireCommand } from '../setup/packages.ts';

/** Without a window. */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: requireCommand('chromium'),
    // Chromium's sandbox refuses to work for root, who runs these tests; they open nothing but our own pages.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  });
}

export interface Look extends BrowserContextOptions {
  readonly width?: number;
}

/** An open page; `complaints` is what its console, its policy and its requests complained of. */
export interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

export async function visit(browser: Browser, url: string, { width = 1280, ...options }: Look = {}): Promise<Visit> {
  const context = await browser.newContext({ ...options, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin)) complaints.push(`a request elsewhere: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

export const phoneByNight: Look = { width: 360, colorScheme: 'dark' };
export const phoneByDay: Look = { width: 360, colorScheme: 'light' };
export const screenByNight: Look = { width: 1280, colorScheme: 'dark' };
export const screenByDay: Look = { width: 1280, colorScheme: 'light' };

/** What is wrong with how a page looks and reads; empty is good. */
export async function problemsOf(page: Page): Promise<string[]> {
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })');
  return [
    ...(overflow > 0 ? [`${overflow} px wider than the screen`] : []),
    ...violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    ),
  ];
}

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
