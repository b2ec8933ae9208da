import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { requireCommand } from '../setup/packages.ts';

/** Debian's Chromium, without a window. */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: requireCommand('chromium'),
    // Chromium's sandbox refuses to work for root, who runs these tests; they open nothing but our own pages.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  });
}
