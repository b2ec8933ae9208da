/** The runbooks as pages: each under its name, and none that can do harm. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/core/http-client.ts';
import type { HttpResponse } from '../../src/core/host.ts';
import { createWebApp } from '../../src/web/app.ts';
import { listen, parseListenAddress } from '../../src/web/listen.ts';
import type { Listener } from '../../src/web/listen.ts';
import { renderMarkdown } from '../../src/web/markdown.ts';
import { readAlertRules } from '../support/alert-rules.ts';
import { webContent } from '../support/web-content.ts';

const names = readAlertRules().map(({ alert }) => alert);

describe('pages', () => {
  let listener: Listener;
  beforeAll(async () => {
    const app = createWebApp(webContent());
    listener = await listen(parseListenAddress('127.0.0.1:0'), app, undefined);
  });
  afterAll(() => listener.close());
  const get = (path: string): Promise<HttpResponse> =>
    createHttpClient().request({
      url: `http://${listener.address}${path}`,
      timeoutMs: 5_000,
      maxBodyBytes: 200_000,
    });

  it('serves each under its name, with commands in blocks and no script', async () => {
    for (const name of names) {
      const { status, body, headers } = await get(`/runbooks/${name}`);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body).toContain(`<h1>${name}</h1>`);
      expect(body).toContain('<h2>Diagnosis</h2>');
      expect(body).not.toMatch(/<script|<img|<[^>]*\s(on\w+|style)=/i);
    }
  });

  it('lets a page load our stylesheet and nothing else', async () => {
    const { headers, body } = await get('/runbooks/GpuNodeProgramFlapping');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    const [, stylesheet = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(body) ?? [];
    const style = await get(stylesheet);
    expect(style).toMatchObject({ status: 200, headers: { 'content-type': 'text/css; charset=utf-8' } });
    expect(style.body).toContain('prefers-color-scheme: dark');
    expect(body).toContain('name="viewport"');
  });

  it('lists all, pages first', async () => {
    const { status, body } = await get('/runbooks/');
    expect(status).toBe(200);
    for (const name of names) expect(body).toContain(`href="/runbooks/${name}"`);
    expect(body.indexOf('GpuNodeProgramFatal')).toBeLessThan(body.indexOf('GpuNodeProgramStopped'));
    expect(await get('/runbooks')).toMatchObject({ status: 308, headers: { location: '/runbooks/' } });
  });

  it.each([
    'GpuNodeNoSuch',
    'README',
    '..%2F..%2Fpackage.json',
    'GpuNodeProgramFatal.md',
    'GpuNodeProgramFatal%00',
    'constructor',
    '%2e%2e/%2e%2e/package.json',
  ])('does not know %s', async (name) => {
    expect(await get(`/runbooks/${name}`)).toMatchObject({ status: 404 });
  });
});

describe('markdown', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;'],
    ['a <b onclick="x">bold</b> word', '&lt;b onclick=&quot;x&quot;&gt;'],
    ['[x](javascript:alert(1))', '<p>x</p>'],
    ['[x](//elsewhere.example.com)', '<p>x</p>'],
    ['![x](https://example.com/x.png)', '<p>x</p>'],
    ['`<i>`', '<code>&lt;i&gt;</code>'],
    ['[Other](GpuNodeOther.md)', '<a href="GpuNodeOther">Other</a>'],
    ['[docs](https://example.com/?a=1&b=2)', '<a href="https://example.com/?a=1&amp;b=2">docs</a>'],
  ])('renders %j harmlessly', (text, expected) => {
    expect(renderMarkdown(text)).toContain(expected);
    expect(renderMarkdown(text)).not.toMatch(/<(script|b|img|i)\b|href="(javascript|\/\/)/);
  });
});
