import { describe, expect, it } from 'vitest';
import { openPage } from '../harness.ts';

describe('the repositories', () => {
  it('are listed with their state, found, and synced together', async () => {
    const opened = await openPage({ data: (client, git) => git.connect(client), path: '/repositories' });
    const { page, client, git } = opened;
    const team = page.getByRole('row', { name: /team/ });
    await team.getByText('Healthy').waitFor();
    await opened.expectAccessible(page);

    await page.getByRole('searchbox', { name: 'Search repositories' }).fill('local');
    await team.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('q')).toBe('local');
    await page.getByRole('searchbox', { name: 'Search repositories' }).fill('');
    await team.waitFor();

    await git.commit({ 'twice/main.js': '(input) => input.n * 4 / 2\n' });
    await page.getByRole('button', { name: 'Sync all' }).click();
    await page.getByText('All repositories were synced').waitFor();
    await page.getByText(/1 updated/).waitFor();
    const { items } = await client.tasks.list();
    const twice = items.find(({ name }) => name === 'twice')?.id ?? '';
    expect((await client.tasks.getSource({ id: twice })).sourceCode).toBe('(input) => input.n * 4 / 2\n');
    await opened.expectAccessible(page);
  });

  it('get a new one step by step, whose connection is tested before anything is taken over', async () => {
    const opened = await openPage({ path: '/repositories' });
    const { page, client, git } = opened;
    await page.getByRole('button', { name: 'Add a repository' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a repository' });
    await dialog.getByRole('radio', { name: 'Git' }).click();
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Next' }).click();

    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByText('Give it a name').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('team');
    await dialog.getByRole('textbox', { name: 'Address' }).fill(git.url);
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Next' }).click();

    // A token that is wrong first: the test says so, and the way back keeps what was entered.
    await dialog.getByRole('radio', { name: 'A new credential for this repository' }).check();
    await dialog.getByRole('textbox', { name: 'Token', exact: true }).fill('not-the-token');
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Next' }).click();
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save and test' }).click();
    await dialog.getByText('The connection does not work yet').waitFor();
    expect((await client.tasks.list()).meta.total).toBe(0);
    await opened.expectAccessible(page);

    await dialog.getByRole('button', { name: 'Back' }).click();
    await dialog.getByRole('button', { name: 'Back' }).click();
    await dialog.getByRole('textbox', { name: 'Token', exact: true }).fill(git.token);
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('button', { name: 'Save and test' }).click();
    await dialog.getByText('The connection works').waitFor();
    const made = (await client.repositories.list()).items.find(({ name }) => name === 'team');
    expect(made?.syncEnabled).toBe(false);
    expect((await client.tasks.list()).meta.total).toBe(0);

    await dialog.getByRole('button', { name: 'Start syncing' }).click();
    await page.getByRole('heading', { level: 1, name: 'team' }).waitFor();
    await expect
      .poll(async () => (await client.repositories.list()).items.find(({ name }) => name === 'team')?.syncEnabled)
      .toBe(true);
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('Synced').first().waitFor();
    expect((await client.tasks.list()).meta.total).toBe(2);
  });

  it('do not keep one that was discarded', async () => {
    const opened = await openPage({ path: '/repositories?add=filesystem' });
    const { page, client } = opened;
    const dialog = page.getByRole('dialog', { name: 'Add a repository' });
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('nowhere');
    await dialog.getByRole('textbox', { name: 'Folder', exact: true }).fill('/nowhere/at/all');
    await dialog.getByRole('button', { name: 'Next' }).click();
    await dialog.getByRole('button', { name: 'Save and test' }).click();
    await dialog.getByText('The connection does not work yet').waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByText('Leave without adding it?').waitFor();
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Discard it' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { items } = await client.repositories.list();
    expect(items.map(({ name }) => name)).not.toContain('nowhere');
  });
});
