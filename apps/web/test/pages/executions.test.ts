import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting, failing } from './run-tasks.ts';

it('lists executions as they happen, filters them, and does the same with many', { timeout: 180_000 }, async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/executions' });
  await page.getByText('Nothing has run yet').waitFor();
  const counts = await counting(client);
  const fails = await failing(client);

  // What happens is shown without asking.
  const slow = await client.executions.create({ taskId: counts.id, input: { count: 100, pause: 200 } });
  const table = page.getByRole('table', { name: 'Executions' });
  await table.getByRole('link', { name: 'counting' }).waitFor();
  await table.getByText('Running').waitFor();
  const failed = await client.executions.create({ taskId: fails.id, input: {}, wait: true });
  const done = await client.executions.create({ taskId: counts.id, input: { count: 2 }, wait: true });
  await table.getByText('Completed').waitFor();
  await table.getByText('TypeError').waitFor();
  expect(await table.getByRole('row').count()).toBe(4);

  // What is filtered stands in the address.
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await page.keyboard.press('Escape');
  await table.getByRole('row').nth(2).waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await table.getByText('Running').waitFor();

  // Several at once: what runs is cancelled, what has ended is kept.
  await table.getByRole('checkbox', { name: 'Select all 3 rows' }).check();
  await page.getByRole('button', { name: 'Cancel 1' }).click();
  await page.getByText('Cancelled 1 execution').waitFor();
  await expect.poll(async () => (await client.executions.get({ id: slow.id })).status).toBe('cancelled');
  await table.getByText('Cancelled', { exact: true }).waitFor();
  await table.getByRole('checkbox', { name: `Select counting, ${done.id}` }).check();
  await page.getByRole('button', { name: 'Keep 1' }).click();
  await expect.poll(async () => (await client.executions.get({ id: done.id })).keep).toBe(true);
  await table.getByText('Kept.').waitFor();

  await table.getByRole('checkbox', { name: `Select failing, ${failed.id}` }).check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this execution' }).click();
  await table.getByRole('link', { name: 'failing' }).waitFor({ state: 'detached' });
  await expect(client.executions.get({ id: failed.id })).rejects.toThrow('There is no execution');

  await page.getByRole('button', { name: 'Show the chart' }).click();
  await page.getByRole('figure', { name: 'Executions over time' }).waitFor();
  await expectAccessible(page);
  await table.getByRole('link', { name: 'counting' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Execution of counting' }).waitFor();
});

it('shows what the address asks for on a phone', { timeout: 180_000 }, async () => {
  let task = '';
  const { page, expectAccessible } = await openPage({
    width: 390,
    height: 800,
    path: '/executions?status=completed',
    data: async (client) => {
      task = (await counting(client)).id;
      await client.executions.create({ taskId: task, input: { count: 1 }, wait: true });
      await client.executions.create({ taskId: task, input: { count: 'none' as never } }).catch(() => undefined);
    },
  });
  await page.getByRole('link', { name: 'counting' }).waitFor();
  await page.getByText('1 match').waitFor();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider).toBeLessThanOrEqual(0);
  await expectAccessible(page);
});
