import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting } from './run-tasks.ts';

it('shows what the workers run, changes how much, and drains one', { timeout: 180_000 }, async () => {
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const { id } = await counting(made);
      await made.executions.create({ taskId: id, input: { count: 1000, pause: 100 } });
    },
  });
  await page.goto('/workers');
  await page.getByRole('link', { name: 'counting' }).waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Change all' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Executions at once' }).fill('3');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(async () => (await client.workers.stats()).concurrency).toBe(3);
  await page.getByText('of 3 run').waitFor();

  await page.getByRole('button', { name: /^Drain/ }).click();
  await page.getByText('Draining', { exact: true }).waitFor();
  expect((await client.workers.list({})).items[0]?.status).toBe('draining');
  await page.getByRole('button', { name: /take work again$/ }).click();
  await page.getByText('Active', { exact: true }).waitFor();
  expect((await client.workers.list({})).items[0]?.status).toBe('active');
});
