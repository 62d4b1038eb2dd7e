import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting } from './run-tasks.ts';

it('changes a job that waits, over what somebody else changed meanwhile, and cancels it', {
  timeout: 180_000,
}, async () => {
  let id = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const task = await counting(made);
      const scheduledFor = '2099-01-01T00:00:00.000Z';
      id = (await made.jobs.create({ taskId: task.id, input: { count: 2 }, scheduledFor })).id;
    },
  });
  await page.goto(`/jobs/${id}`);
  await page.getByRole('heading', { level: 1, name: 'Job of counting' }).waitFor();
  await page.getByText('It has not begun yet').waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('spinbutton', { name: 'Count' })
    .or(dialog.getByRole('textbox', { name: 'Count' }))
    .fill('4');
  await client.jobs.update({ id, priority: 'urgent' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else changed its priority: priority is Urgent.').waitFor();
  await dialog.getByRole('button', { name: 'Keep mine where both changed' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await client.jobs.get({ id })).toMatchObject({ priority: 'urgent', input: { count: 4 } });

  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled', { exact: true }).first().waitFor();
  await client.jobs.update({ id, scheduledFor: null }).catch(() => undefined);
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect.poll(async () => (await client.jobs.get({ id })).status).toMatch(/queued|processing|completed/);
});
