import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting, failing } from './run-tasks.ts';

it('queues a job, pauses the queue, and does the same with many', { timeout: 180_000 }, async () => {
  const { page, client, expectAccessible } = await openPage({
    path: '/jobs',
    data: async (made) => {
      await counting(made);
      await failing(made);
    },
  });
  await page.getByText('No job yet').waitFor();

  // The queue as a whole.
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('A new database comes');
  await page.getByRole('button', { name: 'Pause the queue' }).click();
  await page.getByText('The queue is paused').first().waitFor();
  expect(await client.jobs.queue()).toMatchObject({ paused: true, reason: 'A new database comes' });

  // One job, with its input by the form of its schema.
  await page.getByRole('button', { name: 'Queue a job' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Task' }).click();
  await page.getByRole('option', { name: 'counting' }).click();
  await dialog
    .getByRole('spinbutton', { name: 'Count' })
    .or(dialog.getByRole('textbox', { name: 'Count' }))
    .fill('2');
  await dialog.getByRole('combobox', { name: 'Priority' }).click();
  await page.getByRole('option', { name: 'High' }).click();
  await dialog.getByRole('button', { name: 'Queue the job' }).click();
  await page.getByRole('heading', { level: 1, name: 'Job of counting' }).waitFor();
  const [job] = (await client.jobs.list({})).items;
  expect(job).toMatchObject({ priority: 'high', input: { count: 2 }, status: 'queued' });

  await page.goto('/jobs');
  const table = page.getByRole('table', { name: 'Jobs' });
  const waiting = table.getByRole('row').filter({ hasText: 'counting' });
  await waiting.getByText('Queued').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Resume the queue' }).click();
  await waiting.getByText('Completed').waitFor();

  const { items } = await client.tasks.list({ q: 'failing' });
  for (let at = 0; at < 3; at += 1) await client.jobs.create({ taskId: items[0]?.id ?? '', input: {} });
  await expect.poll(() => table.getByText('Failed', { exact: true }).count()).toBe(3);
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await page.keyboard.press('Escape');
  await waiting.waitFor({ state: 'detached' });
  await table.getByRole('checkbox', { name: 'Select all 3 rows' }).check();
  await page.getByRole('button', { name: 'Retry 3' }).click();
  await page.getByText('Queued again 3 jobs').waitFor();
  await expect.poll(async () => (await client.executions.list({ q: 'failing' })).meta.total).toBe(6);

  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget these jobs' }).click();
  await page.getByText('No job matches').waitFor();
  await expect.poll(async () => (await client.jobs.list({})).meta.total).toBe(0);
});
