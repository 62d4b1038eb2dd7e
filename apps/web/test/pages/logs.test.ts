import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting, failing } from './run-tasks.ts';

it('finds what executions wrote, by words, level and task, and what they wrote most', {
  timeout: 180_000,
}, async () => {
  const { page, expectAccessible } = await openPage({
    data: async (client) => {
      const [counts, fails] = [await counting(client), await failing(client)];
      for (const count of [2, 3]) await client.executions.create({ taskId: counts.id, input: { count }, wait: true });
      await client.executions.create({ taskId: fails.id, input: {}, wait: true });
    },
  });
  await page.goto('/logs');
  await page.getByText('8 lines in the logs of 3 of 3 executions').waitFor();
  const table = page.getByRole('table', { name: 'Lines of logs' });
  await page.getByRole('searchbox', { name: 'Search in messages' }).fill('second');
  await page.getByText('2 lines in the logs').waitFor();
  expect(await table.getByText('the second step').count()).toBe(2);
  await page.getByRole('searchbox', { name: 'Search in messages' }).fill('');
  await page.getByText('8 lines in the logs').waitFor();
  await page.getByRole('combobox', { name: 'Level' }).click();
  await page.getByRole('option', { name: 'Error' }).click();
  await page.keyboard.press('Escape');
  await page.getByText('1 lines in the logs').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove filter Level: Error' }).click();

  await page.getByRole('tab', { name: 'Patterns' }).click();
  const patterns = page.getByRole('table', { name: 'Patterns of log lines' });
  await patterns.getByRole('row').filter({ hasText: 'step <number> of <number>' }).getByText('5').waitFor();
  await page.getByRole('tab', { name: 'Lines' }).click();
  await table.getByRole('link', { name: 'about to fail' }).click();
  await page.getByRole('heading', { level: 1, name: 'Execution of failing' }).waitFor();
  await page.getByRole('log', { name: 'Log of failing' }).getByText('about to fail').waitFor();
});
