import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core';

/** What a page did that no page may do. */
export interface Watch {
  /** Faults so far that were not expected. */
  faults(): string[];
  /** From now on a fault that matches is no fault: the test brings it about. */
  expectFault(pattern: RegExp): void;
}

/** What the browser says of every answer of 400 and above; whether a page takes a refusal well, its tests say. */
const refusal = /^Failed to load resource: the server responded with a status of (4\d\d|503)/;

/**
 * Notes errors on the console, errors that nothing caught, what the content security policy stopped, and requests to
 * anything but `origin`, of every page of a context.
 */
export async function watch(context: BrowserContext, origin: string): Promise<Watch> {
  const faults: string[] = [];
  const expected: RegExp[] = [];
  const note = (fault: string) => void faults.push(fault);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      console.error(`Stopped by the content security policy: ${violatedDirective} ${blockedURI} (${sourceFile})`),
    );
  });
  const hear = (message: ConsoleMessage) => {
    if (message.type() !== 'error' || isRefusal(message, origin)) return;
    note(`Console: ${message.text()} (${message.location().url})`);
  };
  const follow = (page: Page) => {
    page.on('console', hear);
    page.on('pageerror', (error) => note(`Uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => note('The page crashed.'));
  };
  for (const page of context.pages()) follow(page);
  context.on('page', follow);
  context.on('request', (request) => {
    const url = new URL(request.url());
    const within = ['data:', 'blob:', 'about:'].includes(url.protocol);
    if (!within && url.origin !== origin) note(`A request to another host: ${request.method()} ${request.url()}`);
  });
  return {
    faults: () => faults.filter((fault) => !expected.some((pattern) => pattern.test(fault))),
    expectFault: (pattern) => void expected.push(pattern),
  };
}

const isRefusal = (message: ConsoleMessage, origin: string): boolean =>
  refusal.test(message.text()) && message.location().url.startsWith(`${origin}/api/`);
