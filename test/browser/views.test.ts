/** Pages of nodes as nobody wants to have them, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createChecklist } from '../../src/checklist/checklist.ts';
import type { NodeView } from '../../src/checklist/types.ts';
import { createWebApp } from '../../src/web/app.ts';
import { listen, parseListenAddress } from '../../src/web/listen.ts';
import type { Listener } from '../../src/web/listen.ts';
import { crowdedNode, deadNode, hostileNames, known, programFacts } from '../support/crowded-node.ts';
import { emptyNode } from '../support/empty-node.ts';
import { webContent } from '../support/web-content.ts';
import { launchBrowser, phoneByNight, problemsOf, screenByDay, visit } from './browser.ts';
import type { Look } from './browser.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
// 400 % of a screen of 1280: https://www.w3.org/WAI/WCAG22/Understanding/reflow
const narrowest: Look = { width: 320, colorScheme: 'light' };

let browser: Browser;
const cleanups: (() => Promise<void>)[] = [];
beforeAll(async () => {
  // A name that is not this machine's own: plain HTTP from elsewhere, where browsers give scripts no clipboard.
  browser = await launchBrowser(['--host-resolver-rules=MAP node.example 127.0.0.1']);
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(node: () => NodeView): Promise<Listener> {
  const checklist = createChecklist(undefined, emptyNode().nowMs);
  checklist.look(node());
  const verdicts = () => checklist.verdicts();
  const collectors = () => [
    { name: 'supervisor', lookedMs: node().nowMs, failingSinceMs: node().nowMs - dayMs },
    { name: 'resources', lookedMs: node().nowMs - 13 * hourMs },
    { name: 'gpu' },
  ];
  const app = createWebApp(webContent({ node, verdicts, collectors, nodeName: hostileNames[0] ?? '' }));
  const listener = await listen(parseListenAddress('127.0.0.1:0'), app, undefined);
  cleanups.push(listener.close);
  return listener;
}

async function open(node: NodeView | (() => NodeView), look: Look = {}, host = '127.0.0.1'): Promise<Page> {
  const { address } = await serve(typeof node === 'function' ? node : () => node);
  const { page, complaints, close } = await visit(browser, `http://${address.replace('127.0.0.1', host)}/`, look);
  cleanups.unshift(close, async () => expect(complaints).toEqual([]));
  return page;
}

describe.each([
  ['on a phone by night', phoneByNight],
  ['on the narrowest screen', narrowest],
  ['on a screen by day', screenByDay],
])('%s', (_where, look) => {
  it('says that nothing is known when every source is dead', async () => {
    const page = await open(deadNode(), look);
    expect(await page.locator('.verdict h2').innerText()).toContain('UNKNOWN');
    expect(await page.getByText('not known: denied, not allowed to read it').first().isVisible()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
  });

  it('says that nothing was looked at yet', async () => {
    const page = await open(emptyNode(), look);
    expect(await page.locator('.verdict h2').innerText()).toContain('UNKNOWN');
    expect(await problemsOf(page)).toEqual([]);
  });
});

it('bears fifty programs, eight cards and names that would be markup', async () => {
  const page = await open(crowdedNode(), phoneByNight);
  expect(await page.title()).toContain(hostileNames[0]);
  expect(await page.locator('.strip[role=img]').count()).toBe(50);
  for (const name of hostileNames) expect(await page.getByText(name, { exact: true }).count()).toBeGreaterThan(0);
  expect(await page.locator('script:not([src]), img').count()).toBe(0);
  expect(await problemsOf(page)).toEqual([]);
});

it('has runbooks that can be read on a narrow screen, with a keyboard', async () => {
  const { address } = await serve(() => emptyNode());
  for (const name of ['', 'GpuNodeProgramFlapping', 'GpuNodeCheckUnknown', 'GpuNodeGpuUnreadable']) {
    const { page, complaints, close } = await visit(browser, `http://${address}/runbooks/${name}`, narrowest);
    expect(await problemsOf(page), name).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  }
});

it('is complete without JavaScript', async () => {
  const page = await open(deadNode(), { ...phoneByNight, javaScriptEnabled: false });
  expect(await page.getByText('Without JavaScript this page does not refresh').isVisible()).toBe(true);
  const item = page.locator('#not-known + ul details').first();
  await item.locator('summary').click();
  expect(await item.getByText('supervisorctl -c /etc/supervisor/supervisord.conf pid').isVisible()).toBe(true);
  expect(await item.getByRole('link', { name: 'Runbook' }).isVisible()).toBe(true);
  expect(await page.getByRole('button').count()).toBe(0);
});

it.each(['127.0.0.1', 'node.example'])('copies a command, on a page of %s', async (host) => {
  const page = await open(deadNode(), { ...screenByDay, permissions: ['clipboard-read', 'clipboard-write'] }, host);
  const item = page.locator('#not-known + ul details').first();
  await item.locator('summary').focus();
  await page.keyboard.press('Enter');
  const button = item.getByRole('button', { name: 'Copy the command for supervisor_answers, node' });
  await button.click();
  await expect.poll(() => button.textContent()).toBe('Copied');
  // Pasting is the one way to see a clipboard that works wherever a page comes from.
  await page.evaluate(`document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))`);
  await page.locator('#paste').focus();
  await page.keyboard.press('ControlOrMeta+V');
  expect(await page.locator('#paste').inputValue()).toBe(
    'timeout 5 supervisorctl -c /etc/supervisor/supervisord.conf pid',
  );
});

it('takes a page that does not change any more for an old one, until there are news', async () => {
  let nowMs = emptyNode().nowMs;
  let moves = false;
  const supervisor = known({
    state: 'RUNNING',
    version: '4.2.5',
    identification: '',
    pid: 1,
    programs: [programFacts('llama')],
  });
  const page = await open(() => ({ ...deadNode(), supervisor, nowMs: moves ? (nowMs += 1000) : nowMs }));
  await page.getByRole('status').filter({ hasText: 'Not reachable' }).waitFor();
  moves = true;
  await page
    .getByRole('status')
    .filter({ hasText: /^Reachable again\. UNKNOWN/ })
    .waitFor({ state: 'attached' });
  expect(await page.title()).toMatch(/^\? UNKNOWN/);
});
