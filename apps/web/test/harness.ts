import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@ratchet/client/create-client';
import type { PlacePermission } from '@ratchet/contract/access';
import type { Database } from '@ratchet/store/database';
import { openDatabase } from '@ratchet/store/open-database';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, onTestFinished, vi } from 'vitest';
import { builtPage } from './built-page.ts';
import { launchChromium } from './chromium.ts';
import { expectAccessible } from './expect-accessible.ts';
import { type GitRemote, openGitRemote } from './git-remote.ts';
import { type Evidence, evidenceOf, keepEvidence } from './keep-evidence.ts';
import { dataDirOf, type Served, serve } from './serve.ts';
import { type Watch, watch } from './watch-page.ts';

export type { GitRemote } from './git-remote.ts';

interface View {
  /** The first address: `/` without. */
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** false, where people sign in: the page shows the form. */
  readonly signedIn?: boolean;
}

interface Options extends View {
  /** `password`: as the user admin, whose password is `adminPassword`. `none` without: whoever comes may do everything. */
  readonly auth?: 'none' | 'password';
  /** Of the remote's first commit; two small tasks without. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Fills tables directly, before the server starts: for more than the server would take in a test's time. */
  readonly fill?: (database: Database) => Promise<unknown>;
  /** What is there before the page opens. */
  readonly data?: (client: Client, git: GitRemote) => Promise<unknown>;
}

interface Person extends View {
  /** Another user than the admin, who is made. Needs `auth: 'password'`. */
  readonly as?: {
    readonly username: string;
    readonly role: 'admin' | 'user' | 'readonly';
    /** Sees only these repositories, and may do this there. */
    readonly granted?: readonly { readonly repositoryId: string; readonly permissions: readonly PlacePermission[] }[];
  };
}

/** A page of its own: own cookies, own storage. */
export interface OpenedPage extends Watch {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly origin: string;
  /** Asks the server as the page's person. */
  readonly client: Client;
}

export interface Opened extends OpenedPage {
  readonly browser: Browser;
  readonly server: Served;
  /** A remote repository with a first commit, which the server does not know yet (see its `connect`). */
  readonly git: GitRemote;
  /** A second person, or the same one at another computer. */
  newPage(person?: Person): Promise<OpenedPage>;
  expectAccessible(page: Page): Promise<void>;
  /** Happens by itself at the end of the test, or of the file. Throws what the pages did that no page may do. */
  close(): Promise<void>;
}

export const adminPassword = 'the password of the admin';
/** For an action on a page: the machine may be busy. */
const patienceMs = 20_000;

// A test starts a server and plays what a person does in minutes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: patienceMs } } });

let chromium: Promise<Browser> | null = null;
const open = new Set<{ pages(): Page[]; close(): Promise<void> }>();
let closed: (Evidence | null)[] = [];

afterEach(async ({ task }) => {
  const evidence = closed;
  closed = [];
  if (task.result?.state !== 'fail') return;
  for (const { pages } of open) evidence.push(...(await Promise.all(pages().map(evidenceOf))));
  keepEvidence(task.name, evidence);
});
afterAll(async () => {
  try {
    for (const opened of open) await opened.close();
  } finally {
    await (await chromium)?.close();
    chromium = null;
  }
});

/**
 * A server in a process of its own, over a database of its own, and its web page in Chromium. Within a test it closes at the
 * test's end, in `beforeAll` at the file's. Any error on the console, error that nothing caught, violation of the content
 * security policy and request to another host then fails the test.
 */
export async function openPage(options: Options = {}): Promise<Opened> {
  const { auth = 'none' } = options;
  chromium ??= builtPage().then(() => launchChromium());
  const browser = await chromium;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-web-'));
  const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const ending = async () => {
    for (let end = endings.pop(); end; end = endings.pop()) await end();
  };
  try {
    const git = await openGitRemote(folder, options.files);
    endings.push(git.close);
    const database = await openTestDatabase();
    endings.push(database.close);
    await filled(folder, database, options.fill);
    const server = await serve({
      folder,
      auth,
      environment: {
        ...(database.url ? { DATABASE_URL: database.url } : {}),
        RATCHET_ADMIN_PASSWORD: adminPassword,
        RATCHET_SECURITY_SIGN_IN_ATTEMPTS: '1000',
        RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1',
        RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1',
        ...options.environment,
      },
    });
    endings.push(server.close);
    const { origin } = server;
    const contexts: { readonly context: BrowserContext; readonly faults: () => string[] }[] = [];
    const admin = await clientOf(origin, auth === 'password' ? 'admin' : null, adminPassword);
    await options.data?.(admin, git);

    const view = async (client: Client, who: string, password: string, wanted: View): Promise<OpenedPage> => {
      const context = await newContext(browser, origin, wanted);
      const watched = await watch(context, origin);
      contexts.push({ context, ...watched });
      if (auth === 'password' && wanted.signedIn !== false) await signIn(context, origin, who, password);
      const page = await context.newPage();
      await page.goto(`${origin}${wanted.path ?? '/'}`);
      await page.getByRole('main').waitFor();
      return { page, context, origin, client, ...watched };
    };
    const newPage = async ({ as, ...wanted }: Person = {}): Promise<OpenedPage> => {
      if (!as) return view(admin, 'admin', adminPassword, wanted);
      const password = `the password of ${as.username}`;
      const { granted, ...account } = as;
      const access = granted ? 'granted' : 'all';
      const { id: userId } = await admin.users.create({ ...account, access, password });
      for (const { repositoryId, permissions } of granted ?? [])
        await admin.grants.create({ userId, repositoryId, permissions: [...permissions] });
      return view(await clientOf(origin, as.username, password), as.username, password, wanted);
    };
    const pages = () => contexts.flatMap(({ context }) => context.pages());
    const close = async () => {
      if (!open.delete(opened)) return;
      // Whether the test failed is known only later.
      closed.push(...(await Promise.all(pages().map(evidenceOf))));
      const faults = contexts.flatMap((each) => each.faults());
      for (const { context } of contexts) await context.close();
      await ending();
      if (faults.length > 0) throw new Error(`The page did what no page may do:\n${faults.join('\n')}`);
    };
    const opened = { pages, close };
    open.add(opened);
    atEndOfTest(close);
    const first = await view(admin, 'admin', adminPassword, options);
    return { ...first, browser, server, git, newPage, expectAccessible, close };
  } catch (error) {
    await ending();
    throw error;
  }
}

/** The embedded database is its server's own: it is filled where the server will open it. */
async function filled(folder: string, database: TestDatabase, fill: Options['fill']): Promise<void> {
  if (!fill) return;
  if (database.url !== null) return void (await fill(database));
  const embedded = await openDatabase({ dataDir: dataDirOf(folder) });
  try {
    await fill(embedded);
  } finally {
    await embedded.close();
  }
}

function atEndOfTest(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    // Not within a test: it stays until the end of the file.
  }
}

async function clientOf(origin: string, username: string | null, password: string): Promise<Client> {
  if (username === null) return createClient({ baseUrl: origin });
  const { accessToken } = await createClient({ baseUrl: origin }).auth.login({ username, password });
  return createClient({ baseUrl: origin, token: accessToken });
}

async function newContext(browser: Browser, origin: string, view: View): Promise<BrowserContext> {
  const { width = 1280, height = 800, colorScheme = 'light' } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
    baseURL: origin,
  });
  context.setDefaultTimeout(patienceMs);
  return context;
}

/** Gives the context the cookie of a session. */
async function signIn(context: BrowserContext, origin: string, username: string, password: string): Promise<void> {
  const answer = await context.request.post(`${origin}/api/v1/auth/login`, {
    data: { username, password },
    headers: { 'x-requested-with': 'ratchet' },
  });
  if (!answer.ok()) throw new Error(`${username} could not sign in: ${await answer.text()}`);
}
