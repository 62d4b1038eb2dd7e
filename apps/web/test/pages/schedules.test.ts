import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('makes a schedule in plain words, shows when it runs next, and runs, pauses and deletes it', async () => {
  const opened = await openPage({ path: '/schedules', data: (client, git) => git.connect(client) });
  const { page, client, expectAccessible } = opened;
  await page.getByRole('heading', { name: 'Nothing runs by the clock yet' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'New schedule' }).first().click();
  await page.getByRole('button', { name: 'Create the schedule' }).click();
  await page.getByText('Choose the task that is to run').waitFor();
  await page.getByRole('combobox', { name: 'Task' }).fill('gree');
  await page.getByRole('option', { name: 'greet', exact: true }).click();
  await page.getByRole('region', { name: 'Input' }).getByRole('textbox', { name: 'Name' }).fill('Ada');
  await page.getByLabel('Name of the schedule').fill('morning');
  await page.getByLabel('When it runs').selectOption({ label: 'On days of the week' });
  await page.getByRole('checkbox', { name: 'Friday' }).press('Space');
  await page.getByLabel('At', { exact: true }).fill('06:30');
  await page
    .getByText('At 06:30, Monday to Thursday')
    .or(page.getByText(/At 06:30 on Monday, Tuesday/))
    .waitFor();
  await page.getByRole('combobox', { name: 'Time zone' }).fill('Berlin');
  await page.getByRole('option', { name: 'Europe/Berlin' }).click();
  // When it would run is told before there is a schedule, and what would be none is named while it is typed.
  const { runs: coming } = await client.schedules.previewCron({
    cron: '30 6 * * 1,2,3,4',
    timezone: 'Europe/Berlin',
    count: 5,
  });
  for (const { local } of coming) await page.getByText(local.slice(0, 10)).first().waitFor();
  await page.getByLabel(/^Cron expression/).fill('30 6 * *');
  await page.getByText(/has 4 fields/).waitFor();
  await page.getByLabel(/^Cron expression/).fill('30 6 * * 1,2,3,4');
  await page.getByText(/has 4 fields/).waitFor({ state: 'hidden' });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the schedule' }).click();
  await page.getByRole('heading', { name: 'morning', level: 1 }).waitFor();

  const [made] = (await client.schedules.list()).items;
  expect(made).toMatchObject({ name: 'morning', timezone: 'Europe/Berlin', input: { name: 'Ada' }, enabled: true });
  expect(made?.cron).toBe('30 6 * * 1,2,3,4');
  const { runs } = await client.schedules.preview({ id: made?.id ?? '', count: 5 });
  await page.getByText('Next runs').waitFor();
  await page
    .getByText(runs[0]?.local.slice(0, 10) ?? 'never')
    .first()
    .waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect.poll(async () => (await client.schedules.get({ id: made?.id ?? '' })).enabled).toBe(false);
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('tab', { name: 'Runs', selected: true }).waitFor();
  await page.getByRole('row').filter({ hasText: 'Completed' }).waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Delete' }).click();
  await page
    .getByRole('dialog', { name: 'Delete the schedule morning?' })
    .getByRole('button', { name: 'Delete the schedule' })
    .click();
  await expect.poll(async () => (await client.schedules.list()).items.length).toBe(0);
});

it('keeps what was typed when somebody else was faster, and lets both decide', async () => {
  let id = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (admin, git) => {
      await git.connect(admin);
      const task = (await admin.tasks.list({ q: 'greet' })).items[0];
      const given = { taskId: task?.id ?? '', input: { name: 'Ada' } };
      ({ id } = await admin.schedules.create({ ...given, name: 'nightly', cron: '0 2 * * *' }));
    },
  });
  await page.goto(new URL(`/schedules/${id}`, page.url()).href);
  await page.getByLabel(/^Cron expression/).fill('0 3 * * *');
  await page.getByLabel('Retries after a failure').fill('2');
  await client.schedules.update({ id, cron: '0 4 * * *', priority: 'high' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed this meanwhile').waitFor();
  expect(await page.getByLabel(/^Cron expression/).inputValue()).toBe('0 3 * * *');
  expect(await page.getByLabel('Priority').inputValue()).toBe('high');
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep mine: Cron expression' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.schedules.get({ id })).cron).toBe('0 3 * * *');
  expect(await client.schedules.get({ id })).toMatchObject({ priority: 'high', maxRetries: 2 });

  await page.getByLabel(/^Cron expression/).fill('0 0 30 2 *');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/never fires/).waitFor();
  await page.getByRole('link', { name: 'Tasks', exact: true }).click();
  await page.getByRole('button', { name: 'Stay here' }).click();
  expect(await page.getByLabel(/^Cron expression/).inputValue()).toBe('0 0 30 2 *');
});
