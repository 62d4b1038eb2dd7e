import { createClient } from '@ratchet/client/create-client';
import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('makes a key that is shown once, narrows, replaces and takes it back', async () => {
  const opened = await openPage({ auth: 'password', path: '/keys', data: (client, git) => git.connect(client) });
  const { page, client, origin, expectAccessible } = opened;
  await page.getByRole('heading', { name: 'There is no key yet' }).waitFor();
  await page.getByRole('button', { name: 'New key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('nightly build');
  await dialog.getByLabel('Good for').selectOption({ label: '90 days' });
  await dialog.getByRole('switch', { name: 'Only some permissions' }).check({ force: true });
  await dialog.getByRole('button', { name: 'Create the key' }).click();
  await dialog.getByText('Choose at least one, or do not narrow it').waitFor();
  await dialog.getByRole('checkbox', { name: 'read', exact: true }).check();
  await dialog.getByRole('switch', { name: 'Only some tasks' }).check({ force: true });
  await dialog.getByRole('combobox', { name: 'Names of tasks' }).fill('gr*');
  await dialog.getByRole('combobox', { name: 'Names of tasks' }).press('Enter');
  await dialog.getByText(/Fits 1 of 2 tasks/).waitFor();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create the key' }).click();
  const key = (await dialog.getByLabel('key', { exact: true }).textContent()) ?? '';
  await expectAccessible(page);
  const byKey = createClient({ baseUrl: origin, apiKey: key });
  expect((await byKey.tasks.list()).items.map(({ name }) => name)).toEqual(['greet']);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('cell', { name: 'only read; tasks gr*' }).waitFor();
  expect(await page.content()).not.toContain(key);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Replace nightly build' }).click();
  await dialog.getByRole('button', { name: 'Make the new key' }).click();
  const next = (await dialog.getByLabel('key', { exact: true }).textContent()) ?? '';
  await byKey.tasks.list();
  await dialog.getByRole('button', { name: /^Take back the old key/ }).click();
  await dialog.getByText('The old key is taken back').waitFor();
  await expect(byKey.tasks.list()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const replaced = createClient({ baseUrl: origin, apiKey: next });
  expect((await replaced.tasks.list()).items.map(({ name }) => name)).toEqual(['greet']);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();

  await page.getByRole('switch', { name: 'Enable the key nightly build' }).press('Space');
  await expect.poll(async () => (await client.apiKeys.list()).items[0]?.enabled).toBe(false);
  await page.getByRole('button', { name: 'Take back nightly build' }).click();
  await dialog.getByRole('button', { name: 'Take back the key' }).click();
  await page.getByRole('heading', { name: 'There is no key yet' }).waitFor();
});
