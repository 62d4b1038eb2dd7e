import { describe, expect, it } from 'vitest';
import { adminPassword, openPage } from './harness.ts';

describe('the shell', () => {
  it('opens every page of the navigation by its address', async () => {
    const { page, origin, expectAccessible } = await openPage();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks', exact: true }).click();
    await page.waitForURL(`${origin}/tasks`);
    expect(await page.getByRole('link', { name: 'Tasks', exact: true }).getAttribute('aria-current')).toBe('page');
    await expectAccessible(page);
  });

  it('signs in', async () => {
    const { page, client } = await openPage({ auth: 'password', signedIn: false });
    await page.getByLabel('User name or address').fill('admin');
    await page.getByRole('textbox', { name: 'Password' }).fill(adminPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect((await client.auth.me()).user?.username).toBe('admin');
  });

  it('keeps two people apart', async () => {
    const { client, git, newPage } = await openPage({ auth: 'password', data: (client, git) => git.connect(client) });
    expect((await client.tasks.list()).items.map(({ name }) => name).sort()).toEqual(['greet', 'twice']);
    expect(await git.messages()).toEqual(['Begin']);
    const other = await newPage({ as: { username: 'ann', role: 'user' } });
    expect((await other.client.auth.me()).user?.username).toBe('ann');
    await other.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  });
});
