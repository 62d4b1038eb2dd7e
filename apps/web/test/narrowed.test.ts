import type { Client } from '@ratchet/client/create-client';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { nav } from '../src/app/nav.ts';
import { type GitRemote, type Opened, type OpenedPage, openPage } from './harness.ts';

let opened: Opened;
let ids: Awaited<ReturnType<typeof fill>>;
beforeAll(async () => {
  opened = await openPage({
    auth: 'password',
    data: async (client, git) => {
      ids = await fill(client, git);
    },
  });
});

/** Something in a repository that some may see, and something elsewhere that they may not. */
async function fill(client: Client, git: GitRemote) {
  const repository = await git.connect(client);
  const task = (await client.tasks.list({ q: 'greet' })).items[0]?.id ?? '';
  const execution = await client.tasks.run({ id: task, input: { name: 'Ada' }, wait: true });
  const job = await client.jobs.create({ taskId: task, input: { name: 'Ada' } });
  const schedule = await client.schedules.create({
    name: 'nightly',
    taskId: task,
    cron: '0 3 * * *',
    input: { name: 'A' },
  });
  const output = await client.outputDestinations.create({
    name: 'webhook',
    type: 'webhook',
    config: { url: 'http://127.0.0.1:9/' },
  });
  const { sourceCode } = await client.tasks.getSource({ id: task });
  await client.tasks.updateSource({ id: task, sourceCode: sourceCode.replace("'Hello'", "'Good day'") });
  await git.commit({ 'greet/main.js': sourceCode.replace("'Hello'", "'Welcome'") });
  const { conflicts } = await client.repositories.sync({ id: repository.id });
  const hidden = await client.tasks.create({ name: 'hidden', sourceCode: '() => 1\n' });
  await client.tasks.run({ id: hidden.id, input: {}, wait: true });
  return {
    repository: repository.id,
    pages: [
      ...['source', 'run', 'tests', 'history', 'runs', 'repository', 'settings'].map(
        (tab) => `/tasks/${task}?tab=${tab}`,
      ),
      ...['overview', 'plan', 'push', 'pull-requests', 'runs', 'settings'].map(
        (tab) => `/repositories/${repository.id}?tab=${tab}`,
      ),
      `/conflicts/${conflicts[0]?.id ?? ''}`,
      `/executions/${execution.id}`,
      `/jobs/${job.id}`,
      `/schedules/${schedule.id}`,
      `/outputs/${output.id}`,
    ],
  };
}

/** What the server refused a page, with what was pressed before it. */
function refusals(page: Page): { readonly found: string[]; doing: string } {
  const note = { found: [] as string[], doing: '' };
  page.on('response', (answer) => {
    if (answer.status() === 403)
      note.found.push(`${note.doing}: ${answer.request().method()} ${new URL(answer.url()).pathname}`);
  });
  return note;
}

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect.poll(() => page.locator('[aria-busy="true"], .mantine-Skeleton-root').count()).toBe(0);
}

/** Every page that the side bar offers this person, and those that its lists lead to. */
async function addresses({ page }: OpenedPage): Promise<string[]> {
  const offered = await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  const all = nav.flatMap(({ items }) => items.map(({ to }) => to));
  expect(offered.length).toBeGreaterThan(5);
  expect(all).toEqual(expect.arrayContaining(offered));
  return [...offered, ...ids.pages];
}

async function visit(person: OpenedPage, press: boolean): Promise<void> {
  const { page, origin } = person;
  const note = refusals(page);
  const panels: string[] = [];
  for (const address of await addresses(person)) {
    note.doing = address;
    await page.goto(`${origin}${address}`);
    await settled(page);
    for (const text of await page.getByRole('main').locator('.mantine-Alert-root[role="alert"]').allInnerTexts())
      if (/PERMISSION_DENIED|NOT_FOUND|Not allowed/.test(text))
        panels.push(`${address}: ${text.replaceAll('\n', ' ')}`);
    if (press) await pressAll(page, address, note);
  }
  expect(panels, 'panels that say an error').toEqual([]);
  expect(note.found, 'what was offered and refused').toEqual([]);
}

const free = 'button:not([disabled]):not([aria-disabled="true"]):not([role="tab"])';

/** Presses each button of the page that can be pressed: to somebody who may only read, none of them is refused. */
async function pressAll(page: Page, address: string, note: { doing: string }): Promise<void> {
  const buttons = page.getByRole('main').locator(free);
  for (let at = 0; at < Math.min(await buttons.count(), 40); at++) {
    const button = buttons.nth(at);
    const name = (await button.getAttribute('aria-label')) ?? (await button.textContent()) ?? '';
    note.doing = `${address} ${name.trim()}`;
    await button.click({ timeout: 2000 }).catch(() => undefined);
    await page.keyboard.press('Escape');
    if (new URL(page.url()).pathname !== address.split('?')[0]) {
      await page.goto(new URL(address, page.url()).href);
      await settled(page);
    }
  }
}

describe('a page never shows an error for what its reader may not do, nor a button that is refused', () => {
  it('to somebody who may only read', { timeout: 560_000 }, async () => {
    await visit(await opened.newPage({ as: { username: 'rita', role: 'readonly' } }), true);
  });
  it('to somebody who is granted a single repository', { timeout: 560_000 }, async () => {
    const granted = [{ repositoryId: ids.repository, permissions: ['read', 'edit', 'run', 'sync', 'push'] as const }];
    await visit(await opened.newPage({ as: { username: 'gerd', role: 'user', granted } }), false);
  });
});
