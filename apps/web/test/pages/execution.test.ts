import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting, failing } from './run-tasks.ts';

it('follows an execution while it runs, and cancels it', { timeout: 180_000 }, async () => {
  let id = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const task = await counting(made);
      id = (await made.executions.create({ taskId: task.id, input: { count: 500, pause: 100 } })).id;
    },
  });
  await page.goto(`/executions/${id}?tab=logs`);
  await page.getByRole('heading', { level: 1, name: 'Execution of counting' }).waitFor();
  const log = page.getByRole('log', { name: 'Log of counting' });
  await log.getByText('the second step').waitFor();
  // Lines come by themselves.
  await log.getByText('step 15 of 500').waitFor();
  await page.getByRole('progressbar', { name: 'Progress of the execution' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled', { exact: true }).first().waitFor();
  expect((await client.executions.get({ id })).status).toBe('cancelled');
  await expectAccessible(page);
});

it('shows why one failed, what it did, and what people say of it', { timeout: 180_000 }, async () => {
  let id = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const task = await failing(made);
      id = (await made.executions.create({ taskId: task.id, input: { shop: 'closed' }, wait: true })).id;
    },
  });
  await page.goto(`/executions/${id}`);
  await page.getByText("Cannot read properties of undefined (reading 'deep')").first().waitFor();
  const place = page.getByRole('link', { name: 'main.js, line 2' }).first();
  expect(await place.getAttribute('href')).toContain('tab=source');
  await page.getByRole('heading', { name: /^Why it failed/ }).waitFor();
  await page.getByRole('region', { name: 'Input', exact: true }).getByText('closed').waitFor();
  await expectAccessible(page);

  // A note that somebody else wrote meanwhile is shown, and nothing typed is lost.
  await page.getByRole('textbox', { name: 'Note' }).fill('The shop was closed');
  await client.executions.update({ id, note: 'I look at it' });
  await page.getByRole('button', { name: 'Save the note' }).click();
  await page.getByText('Somebody else’s note now says: “I look at it”').waitFor();
  expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('The shop was closed');
  await page.getByRole('button', { name: 'Save the note' }).click();
  await expect.poll(async () => (await client.executions.get({ id })).note).toBe('The shop was closed');

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Keep it' }).click();
  await expect.poll(async () => (await client.executions.get({ id })).keep).toBe(true);

  await page.getByRole('tab', { name: 'Trace and profile' }).click();
  await page.getByText('compile').first().waitFor();
  await page.getByText('It was not profiled').waitFor();
  await page.getByRole('tab', { name: 'Deliveries' }).click();
  await page.getByText('Its output went nowhere else').waitFor();

  // The link to the place opens the editor at its line, which is where one types then.
  await page.getByRole('tab', { name: 'Result' }).click();
  await place.click();
  const code = page.getByRole('textbox', { name: /^main\.js/ });
  await code.waitFor();
  await expect.poll(() => code.evaluate((editor) => editor === document.activeElement)).toBe(true);
  const line = page.locator('.cm-activeLineGutter').filter({ hasText: /\d/ });
  expect(await line.innerText()).toBe('2');
});

it('shows the first part where the address names none that there is', { timeout: 180_000 }, async () => {
  let id = '';
  const { page } = await openPage({
    data: async (made) => {
      const task = await counting(made);
      id = (await made.executions.create({ taskId: task.id, input: { count: 1 }, wait: true })).id;
    },
  });
  for (const [address, tab] of [
    [`/executions/${id}?tab=constructor`, 'Result'],
    ['/jobs?tab=nothing', 'Jobs'],
    ['/logs?tab=nothing', 'Lines'],
    ['/settings?tab=nothing', 'Server'],
  ] as const) {
    await page.goto(address);
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
    await page.getByRole('tabpanel').first().waitFor();
  }
});

it('replays a recorded execution, runs it again and stores its output', { timeout: 180_000 }, async () => {
  let id = '';
  const { page, client } = await openPage({
    data: async (made) => {
      const task = await counting(made);
      const input = { count: 3 };
      id = (await made.executions.create({ taskId: task.id, input, wait: true, record: true, profile: true })).id;
    },
  });
  await page.goto(`/executions/${id}`);
  await page.getByRole('button', { name: 'Store as a result' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('three');
  await dialog.getByRole('button', { name: 'Store', exact: true }).click();
  await page.getByText('Stored as three').waitFor();
  const [stored] = (await client.results.list({})).items;
  expect(stored).toMatchObject({ name: 'three', executionId: id, content: { counted: 3 } });

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Replay as it was' }).click();
  await page.getByRole('link', { name: 'Open the original' }).waitFor();
  const replay = page.url().split('/').at(-1) ?? '';
  expect((await client.executions.get({ id: replay })).replayOf).toBe(id);
  await page.getByRole('link', { name: 'Open the original' }).click();
  await page.getByRole('button', { name: 'Store as a result' }).waitFor();

  await page.getByRole('button', { name: 'Run again' }).click();
  await expect.poll(() => [id, replay].includes(page.url().split('/').at(-1) ?? '')).toBe(false);
  await expect.poll(async () => (await client.executions.list({})).meta.total).toBe(3);
  await page.getByText('Completed', { exact: true }).first().waitFor();

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the execution' }).click();
  await page.getByRole('heading', { level: 1, name: 'Executions' }).waitFor();
  await expect.poll(async () => (await client.executions.list({})).meta.total).toBe(2);
});
