import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('keeps a secret, grants it to a task, replaces and deletes it, and never shows it', async () => {
  const { page, client, expectAccessible } = await openPage({
    path: '/secrets',
    data: (admin, git) => git.connect(admin),
  });
  await page.getByRole('heading', { name: 'There is no secret yet' }).waitFor();
  await page.getByRole('button', { name: 'New secret' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('1NO');
  await dialog.getByRole('textbox', { name: 'Value' }).fill('s3cr3t-value');
  await dialog.getByRole('button', { name: 'Keep the secret' }).click();
  await dialog.getByText('Letters, digits and _; the first one is no digit').waitFor();
  await dialog.getByLabel(/^Name/).fill('SHOP_KEY');
  await dialog.getByRole('combobox', { name: 'Granted to' }).fill('gree');
  await page.getByRole('option', { name: 'greet', exact: true }).click();
  await page.keyboard.press('Tab');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Keep the secret' }).click();
  const row = page.getByRole('row').filter({ hasText: 'SHOP_KEY' });
  await row.getByRole('link', { name: 'greet' }).waitFor();
  const [kept] = (await client.secrets.list()).items;
  expect(kept).toMatchObject({ name: 'SHOP_KEY', rotatedAt: null });
  expect(kept?.taskIds).toHaveLength(1);
  await expectAccessible(page);
  await row.getByRole('button', { name: 'Change SHOP_KEY' }).click();
  await dialog.getByRole('textbox', { name: 'New value' }).fill('another-value');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.secrets.list()).items[0]?.rotatedAt).not.toBeNull();
  expect(await page.content()).not.toMatch(/s3cr3t-value|another-value/);
  await row.getByRole('button', { name: 'Delete SHOP_KEY' }).click();
  await dialog.getByLabel('Type SHOP_KEY to confirm').fill('SHOP_KEY');
  await dialog.getByRole('button', { name: 'Delete the secret' }).click();
  await page.getByRole('heading', { name: 'There is no secret yet' }).waitFor();
  expect((await client.secrets.list()).items).toEqual([]);
});

it('keeps credentials, says who uses them, and replaces them', async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/secrets?tab=credentials' });
  await page.getByRole('button', { name: 'New credential' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('team git');
  await dialog.getByLabel('How it signs in').selectOption({ label: 'User name and password' });
  await dialog.getByLabel(/^User name/).fill('ci');
  await dialog.getByRole('button', { name: 'Keep the credential' }).click();
  await dialog.getByText('Password is needed').waitFor();
  await dialog.getByRole('textbox', { name: 'Password' }).fill('glpat-1');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Keep the credential' }).click();
  const row = page.getByRole('row').filter({ hasText: 'team git' });
  await row.getByText('no repository').waitFor();
  await expectAccessible(page);
  await row.getByRole('button', { name: 'Replace the secret of team git' }).click();
  await dialog.getByLabel(/^User name/).fill('ci');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('glpat-2');
  await dialog.getByRole('button', { name: 'Replace the secret' }).click();
  await expect.poll(async () => (await client.credentials.list()).items[0]?.rotatedAt).not.toBeNull();
  await row.getByRole('button', { name: 'Delete team git' }).click();
  await dialog.getByRole('button', { name: 'Delete the credential' }).click();
  await page.getByRole('heading', { name: 'There is no credential yet' }).waitFor();
});
