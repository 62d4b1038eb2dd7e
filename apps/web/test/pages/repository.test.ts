import type { Client } from '@ratchet/client/create-client';
import { describe, expect, it } from 'vitest';
import { type GitRemote, type Opened, type OpenedPage, openPage } from '../harness.ts';

type More = Parameters<GitRemote['connect']>[1];

async function openRepository(
  tab: string,
  more: More = {},
  data: (client: Client, git: GitRemote) => Promise<unknown> = async () => undefined,
  files?: Readonly<Record<string, string>>,
): Promise<Opened & { id: string }> {
  let id = '';
  const opened = await openPage({
    ...(files ? { files } : {}),
    data: async (client, git) => {
      ({ id } = await git.connect(client, more));
      await data(client, git);
    },
  });
  await opened.page.goto(`${opened.origin}/repositories/${id}?tab=${tab}`);
  await opened.page.getByRole('heading', { level: 1, name: 'team' }).waitFor();
  return { ...opened, id };
}

const idOf = async (client: Client, name: string): Promise<string> =>
  (await client.tasks.list()).items.find((task) => task.name === name)?.id ?? '';
const edit = async (client: Client, name: string, sourceCode: string) =>
  client.tasks.updateSource({ id: await idOf(client, name), sourceCode });
const tab = ({ page }: OpenedPage, name: RegExp) => page.getByRole('tab', { name });

describe('one repository', () => {
  it('shows how it keeps in step, is paused and resumed, and tells of what happens elsewhere', async () => {
    const opened = await openRepository('overview');
    const { page, client, git, id } = opened;
    await page.getByRole('heading', { level: 2, name: 'Runs' }).waitFor();
    await page.getByText('a person: 1').waitFor();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await client.repositories.get({ id })).syncEnabled).toBe(true);

    // Somebody else syncs: the page hears of it.
    await git.commit({ 'greet/README.md': '# Greet\n' });
    await client.repositories.sync({ id });
    await page.getByText('a person: 2').waitFor();
  });

  it('shows what a sync would do and does exactly that, or nothing where it does not hold any more', async () => {
    const opened = await openRepository('plan', {}, async (client, git) => {
      await edit(client, 'greet', '(input) => input.name\n');
      await git.commit({ 'twice/main.js': '(input) => input.n + input.n\n' });
    });
    const { page, client, git, id } = opened;
    await page.getByRole('heading', { name: 'Comes in: 1 modified' }).waitFor();
    await page.getByRole('heading', { name: 'Goes out: 1 modified' }).waitFor();
    await page.getByRole('button', { name: /greet/ }).click();
    const going = page.getByRole('region', { name: 'main.js' });
    await going.getByRole('textbox', { name: 'Here', exact: true }).getByText('(input) => input.name').waitFor();
    await page.getByRole('button', { name: /greet/ }).click();
    // What comes in is seen before it is taken over.
    await page.getByRole('button', { name: /twice/ }).click();
    const coming = page.getByRole('region', { name: 'main.js' });
    await coming.getByRole('textbox', { name: 'Here, now' }).getByText('(input) => input.n * 2').waitFor();
    await coming
      .getByRole('textbox', { name: 'Here, after a sync' })
      .getByText('(input) => input.n + input.n')
      .waitFor();
    await opened.expectAccessible(page);

    await git.commit({ 'twice/README.md': '# Twice\n' });
    await page.getByRole('button', { name: 'Sync exactly this' }).click();
    await page.getByText('Nothing was done: something changed meanwhile').waitFor();
    const before = await client.tasks.getSource({ id: await idOf(client, 'twice') });
    expect(before.sourceCode).toBe('(input) => input.n * 2\n');

    await page.getByRole('textbox', { name: 'Commit message' }).fill('From the plan');
    await page.getByRole('button', { name: 'Sync and push exactly this' }).click();
    await page.getByText('1 task pushed').waitFor();
    expect((await git.messages())[0]).toBe('From the plan');
    expect(await git.read('greet/main.js')).toBe('(input) => input.name\n');
    expect((await client.tasks.getSource({ id: await idOf(client, 'twice') })).sourceCode).toBe(
      '(input) => input.n + input.n\n',
    );
    await page.getByText('Both sides are in step').waitFor();
    expect((await client.repositories.get({ id })).syncStatus).toBe('success');
  });

  it('lets a plan that a guard holds back through only when its name is typed', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [
        [`task-${at}/metadata.json`, `${JSON.stringify({ name: `task-${at}`, version: '1.0.0' })}\n`],
        [`task-${at}/main.js`, '() => 1\n'],
      ]).flat(),
    );
    const gone = Object.fromEntries(
      Object.keys(many)
        .filter((path) => !path.startsWith('task-0/'))
        .map((path) => [path, null]),
    );
    const opened = await openRepository('overview', {}, (_, git) => git.commit(gone), many);
    const { page, client } = opened;
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Held back by a guard').first().waitFor();
    expect((await client.tasks.list()).meta.total).toBe(12);
    await page.getByRole('button', { name: 'Look at the plan' }).click();
    await page.getByText('A guard holds this plan back').waitFor();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Sync exactly this' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('team');
    await dialog.getByRole('button', { name: 'Let it through' }).click();
    await expect.poll(async () => (await client.tasks.list()).meta.total, { timeout: 20_000 }).toBe(1);

    // Everything that the run deleted comes back.
    await tab(opened, /^Runs/).click();
    await page
      .getByRole('row', { name: /11 deleted/ })
      .getByRole('cell')
      .first()
      .getByRole('button')
      .click();
    await page.getByRole('button', { name: 'Undo this run' }).click();
    await page.getByRole('button', { name: 'Undo the run' }).click();
    await page.getByText('What was taken back').waitFor();
    expect((await client.tasks.list()).meta.total).toBe(12);
  });

  it('pushes the tasks that are chosen, with a message, and all that waits', async () => {
    const opened = await openRepository('push', {}, async (client) => {
      await edit(client, 'greet', '(input) => input.name\n');
      await edit(client, 'twice', '(input) => input.n + input.n\n');
    });
    const { page, git } = opened;
    await page.getByRole('button', { name: 'Changes of greet' }).click();
    await page.getByRole('dialog').getByText('+(input) => input.name').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: /greet/ }).check();
    await page.getByRole('textbox', { name: 'Commit message' }).fill('Greet shorter');
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Push the 1 chosen' }).click();
    await page.getByText('1 task pushed').waitFor();
    expect((await git.messages())[0]).toBe('Greet shorter');
    expect(await git.read('twice/main.js')).toBe('(input) => input.n * 2\n');
    await page.getByRole('button', { name: 'Push all 1' }).click();
    await page.getByText('Nothing waits to be pushed').waitFor();
    expect(await git.read('twice/main.js')).toBe('(input) => input.n + input.n\n');
  });

  it('puts a push before someone who approves it', async () => {
    const policy = { pushPolicy: { requireApproval: true } };
    const opened = await openRepository('push', policy, (client) => edit(client, 'greet', '(input) => input.name\n'));
    const { page, git } = opened;
    await page.getByRole('button', { name: 'Push all 1' }).click();
    await page.getByText('1 task waiting for approval').waitFor();
    expect(await git.read('greet/main.js')).not.toBe('(input) => input.name\n');
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Approve and push' }).click();
    await expect.poll(() => git.read('greet/main.js'), { timeout: 20_000 }).toBe('(input) => input.name\n');
    await page.getByText('Approved').first().waitFor();
  });

  it('lists its runs and takes one back', async () => {
    const opened = await openRepository('runs', {}, async (client, git) => {
      const { items } = await client.repositories.list();
      await git.commit({ 'twice/main.js': '(input) => 0\n' });
      await client.repositories.sync({ id: items.find(({ name }) => name === 'team')?.id ?? '' });
    });
    const { page, client } = opened;
    await opened.expectAccessible(page);
    await page
      .getByRole('row', { name: /1 updated/ })
      .getByRole('cell')
      .first()
      .getByRole('button')
      .click();
    const details = page.getByRole('dialog', { name: 'Sync' });
    await details.getByRole('button', { name: 'Undo this run' }).click();
    await page.getByRole('dialog', { name: 'Undo this run?' }).getByRole('button', { name: 'Undo the run' }).click();
    await details.getByText('What was taken back').waitFor();
    await opened.expectAccessible(page);
    const twice = await idOf(client, 'twice');
    expect((await client.tasks.getSource({ id: twice })).sourceCode).toBe('(input) => input.n * 2\n');
  });

  it('is set up, and shows what somebody else set meanwhile', async () => {
    const opened = await openRepository('settings');
    const { page, client, id } = opened;
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('crew');
    await page.getByRole('textbox', { name: 'Minutes between syncs' }).fill('15');
    await page.getByRole('combobox', { name: 'Conflicts' }).click();
    await page.getByRole('option', { name: 'What is upstream wins' }).click();
    await client.repositories.update({ id, syncIntervalMinutes: 60, priority: 7 });
    await page.getByRole('button', { name: 'Save 3 changes' }).click();
    await page.getByText('Somebody else changed these settings meanwhile').waitFor();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Save 3 changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'crew' }).waitFor();
    const saved = await client.repositories.get({ id });
    expect(saved).toMatchObject({ syncIntervalMinutes: 15, priority: 7, conflictPolicy: 'take_remote' });

    await page.getByRole('button', { name: 'Make one up' }).click();
    await page.getByRole('button', { name: 'Save the secret' }).click();
    await page.getByText(/The secret, shown this once/).waitFor();
    expect((await client.repositories.get({ id })).hasWebhookSecret).toBe(true);
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('The connection works').waitFor();
    await opened.expectAccessible(page);
  });

  it('is deleted once it is said what becomes of its tasks', async () => {
    const opened = await openRepository('settings');
    const { page, client } = opened;
    await page.getByRole('button', { name: 'Delete the repository' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete repository team?' });
    await dialog.getByRole('radio', { name: 'Keep them here, without a repository' }).check();
    await dialog.getByRole('textbox', { name: 'Type team to confirm' }).fill('team');
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Delete the repository' }).click();
    await page.getByRole('heading', { level: 1, name: 'Repositories' }).waitFor();
    expect((await client.tasks.list()).meta.total).toBe(2);
    expect((await client.repositories.list()).items.map(({ name }) => name)).not.toContain('team');
  });

  it('works on a phone', async () => {
    const opened = await openRepository('overview');
    const { page } = opened;
    await page.setViewportSize({ width: 390, height: 800 });
    for (const name of [/^Plan/, /^Push/, /^Pull requests/, /^Runs/, /^Settings/]) {
      await tab(opened, name).click();
      await expect.poll(() => page.locator('[aria-busy="true"], .mantine-Skeleton-root').count()).toBe(0);
      const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide, String(name)).toBeLessThanOrEqual(screen ?? 0);
      await opened.expectAccessible(page);
    }
  });
});
