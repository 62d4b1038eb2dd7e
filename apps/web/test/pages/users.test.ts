import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('makes an account with a password for once, grants something, and shows what counts', async () => {
  const opened = await openPage({ auth: 'password', path: '/users', data: (client, git) => git.connect(client) });
  const { page, client, origin, browser, expectAccessible } = opened;
  await page.getByRole('link', { name: 'admin', exact: true }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create the account' }).click();
  await dialog.getByText('Give a user name or an address').waitFor();
  await dialog.getByLabel('User name').fill('ada');
  await dialog.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create the account' }).click();
  const password = (await dialog.getByLabel('password', { exact: true }).textContent()) ?? '';
  expect(password.length).toBeGreaterThan(15);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();

  const person = await browser.newContext({ baseURL: origin });
  const login = { username: 'ada', password };
  const signedIn = await person.request.post('/api/v1/auth/login', { data: login });
  expect((await signedIn.json()).user.mustChangePassword).toBe(true);
  await person.close();

  await page.getByRole('link', { name: 'ada', exact: true }).click();
  await page.getByRole('heading', { name: 'Ada Lovelace', level: 1 }).waitFor();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Grants' }).click();
  await page.getByRole('button', { name: 'Add a grant' }).click();
  await dialog.getByLabel(/^Tasks/).fill('gr*');
  await dialog.getByText(/Fits 1 of 2 tasks there now: greet/).waitFor();
  await dialog.getByRole('checkbox', { name: 'run', exact: true }).check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Grant it' }).click();
  await page.getByRole('cell', { name: 'gr*', exact: true }).waitFor();
  const ada = (await client.users.list({ q: 'ada' })).items[0];
  const grants = await client.grants.list({ filters: [{ field: 'userId', op: 'eq', value: ada?.id ?? '' }] });
  expect(grants.items).toMatchObject([{ taskPattern: 'gr*', permissions: ['read', 'run'], repositoryId: null }]);
  expect((await client.users.get({ id: ada?.id ?? '' })).access).toBe('granted');

  await page.getByRole('tab', { name: 'What counts' }).click();
  const rights = page.getByRole('table', { name: 'What Ada Lovelace may do' });
  await rights.getByRole('row', { name: /^run .* tasks gr\* in every repository/ }).waitFor();
  await rights.getByRole('row', { name: /^edit .* Nowhere/ }).waitFor();
  await expectAccessible(page);

  await page.getByRole('tab', { name: 'Account' }).click();
  await page.getByRole('radio', { name: 'Read only' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.users.get({ id: ada?.id ?? '' })).role).toBe('readonly');
  await page.getByRole('button', { name: 'Disable' }).click();
  await dialog.getByRole('button', { name: 'Disable the account' }).click();
  await expect.poll(async () => (await client.users.get({ id: ada?.id ?? '' })).enabled).toBe(false);
  await page.getByRole('button', { name: 'Delete' }).click();
  expect(await dialog.getByRole('button', { name: 'Delete the account' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Type ada to confirm').fill('ada');
  await dialog.getByRole('button', { name: 'Delete the account' }).click();
  await page.waitForURL(`${origin}/users`);
  expect((await client.users.list({ q: 'ada' })).items).toEqual([]);
});

it('does not let the last administrator shut themselves out', async () => {
  const { page, client, expectAccessible } = await openPage({ auth: 'password' });
  const me = (await client.auth.me()).user;
  await page.goto(new URL(`/users/${me?.id}`, page.url()).href);
  await page.getByRole('radio', { name: 'User', exact: true }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/last administrator/).waitFor();
  await page.getByRole('button', { name: 'Disable' }).hover();
  await page.getByText('This is your own account.').waitFor();
  await expectAccessible(page);
});
