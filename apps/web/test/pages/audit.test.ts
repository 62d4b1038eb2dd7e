import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('shows who did what, narrows it, checks the chain and hands it over as a file', async () => {
  const { page, client, expectAccessible } = await openPage({
    auth: 'password',
    path: '/audit',
    data: async (admin) => {
      await admin.tasks.create({ name: 'watched', sourceCode: 'export default () => 1;' });
      await admin.tasks.get({ id: '01912d68-783e-7a03-8467-5661c1243ad4' }).catch(() => undefined);
    },
  });
  const row = page.getByRole('row').filter({ hasText: 'tasks.create' });
  await row.getByText('Done').waitFor();
  await expectAccessible(page);
  await row.getByRole('button').first().click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Digest after').waitFor();
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'All tasks.create' }).click();
  await expect.poll(() => page.url()).toContain('operation=tasks.create');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name: 'Clear all' }).click();

  await page.getByRole('button', { name: 'Check that nothing was changed' }).click();
  await page.getByText('The audit is whole').waitFor();
  const { lastHash } = await client.audit.verify();
  expect(lastHash).not.toBeNull();
  await page.getByLabel('A hash that was kept elsewhere').fill('0'.repeat(64));
  await page.getByRole('button', { name: 'Check that nothing was changed' }).click();
  await page.getByText('The audit was changed').waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As CSV' }).click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toContain('tasks.create');
});
