import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting } from './run-tasks.ts';

it('shows two executions side by side and what differs', { timeout: 180_000 }, async () => {
  const ids: string[] = [];
  const { page, expectAccessible } = await openPage({
    data: async (client) => {
      const { id } = await counting(client);
      for (const count of [2, 3])
        ids.push((await client.executions.create({ taskId: id, input: { count }, wait: true })).id);
    },
  });
  const [a, b] = ids;
  // From the list, with two selected.
  await page.goto('/executions');
  await page.getByRole('checkbox', { name: 'Select all 2 rows' }).check();
  await page.getByRole('link', { name: 'Compare the two' }).click();
  await page.getByRole('heading', { level: 1, name: 'Compare two executions' }).waitFor();
  expect(new URL(page.url()).searchParams.get('a')).toBe(a);
  expect(new URL(page.url()).searchParams.get('b')).toBe(b);

  await page.getByRole('heading', { name: 'Input (differs)' }).waitFor();
  await page.getByRole('heading', { name: 'Output (differs)' }).waitFor();
  const times = page.getByRole('table', { name: 'Times of the two executions' });
  await times.getByRole('rowheader', { name: 'run', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Compare the logs' }).click();
  await page.getByText('step 2 of 3').waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Swap' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('a')).toBe(b);
  await page.goto(`/executions/compare?a=${a}&b=${a}`);
  await page.getByRole('heading', { name: 'Input', exact: true }).waitFor();
  await page.getByText('No difference').first().waitFor();
});
