import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('lists tasks, finds them, and does the same to many, with an undo', async () => {
  const opened = await openPage({
    path: '/tasks',
    data: async (client) => {
      for (const name of ['alpha', 'beta', 'gamma'])
        await client.tasks.create({ name, sourceCode: 'export default () => 1;', description: `Task ${name}` });
    },
  });
  const { page, client } = opened;
  const rows = page.getByRole('table', { name: 'Tasks' }).getByRole('row');
  await page.getByRole('link', { name: 'alpha' }).waitFor();
  expect(await rows.count()).toBe(4);
  await opened.expectAccessible(page);

  await page.getByRole('searchbox', { name: 'Search tasks' }).fill('beta');
  await page.getByRole('link', { name: 'alpha' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'beta' }).waitFor();
  await expect.poll(() => page.url()).toContain('q=beta');
  await page.reload();
  await page.getByRole('link', { name: 'beta' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search tasks' }).fill('');
  await page.getByRole('link', { name: 'gamma' }).waitFor();

  await page.getByRole('checkbox', { name: 'alpha' }).check();
  await page.getByRole('checkbox', { name: 'beta' }).check();
  const selected = page.getByRole('region', { name: 'Selected rows' });
  await selected.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Disabled: 2 tasks').waitFor();
  const stats = await client.tasks.stats({});
  expect(stats.disabled).toBe(2);

  await page.getByRole('checkbox', { name: 'gamma' }).check();
  await selected.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete one task' }).click();
  await page.getByText('Deleted: one task').waitFor();
  expect((await client.tasks.stats({})).total).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Restored: one task').waitFor();
  expect((await client.tasks.stats({})).total).toBe(3);
});

it('makes a task, empty or of a template, and opens it', async () => {
  const opened = await openPage({ path: '/tasks' });
  const { page, client } = opened;
  await page.getByRole('heading', { name: 'No tasks yet' }).waitFor();
  await page.getByRole('button', { name: 'New task' }).click();
  const dialog = page.getByRole('dialog', { name: 'New task' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('nightly-report');
  await dialog.getByText('TypeScript').click();
  await opened.expectAccessible(page);
  await dialog.getByRole('button', { name: 'Make the task' }).click();
  await page.waitForURL(/\/tasks\/[0-9a-f-]{36}/);
  const [made] = (await client.tasks.list({ limit: 5 })).items;
  expect(made).toMatchObject({ name: 'nightly-report', sourceType: 'typescript' });
  const ran = await client.tasks.run({ id: made?.id ?? '', input: {}, wait: true });
  expect(ran).toMatchObject({ status: 'completed', output: { ok: true } });
});
