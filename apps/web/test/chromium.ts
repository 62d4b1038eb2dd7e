import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing that the browser would ask others for on its own, and no name that leads to them. */
const alone = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** The machine's Chromium. Throws where there is none. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = usual.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('Chromium is not installed. Install it (apt-get install chromium), or leave out apps/web/test.');
  return chromium.launch({ executablePath, args: [...alone, ...more] });
}
