import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';
import { counting, failing } from './run-tasks.ts';

it('shows what became of each request, runs the failed ones again, and exports the results', {
  timeout: 180_000,
}, async () => {
  let id = '';
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      const [counts, fails] = [await counting(made), await failing(made)];
      const batch = await made.batches.create({
        name: 'month',
        mode: 'dependency',
        requests: [
          { key: 'two', taskId: counts.id, input: { count: 2 } },
          { key: 'broken', taskId: fails.id, input: { shop: 'closed' } },
          { key: 'after', taskId: counts.id, input: { count: 1 }, dependsOn: ['broken'] },
        ],
        wait: true,
      });
      id = batch.id;
    },
  });
  // From the list of batches.
  await page.goto('/jobs?tab=batches');
  await page.getByRole('link', { name: 'month' }).click();
  await page.getByRole('heading', { level: 1, name: 'month' }).waitFor();
  await page.getByText('3 of 3 requests ended').waitFor();
  const table = page.getByRole('table', { name: 'Requests of the batch' });
  await table.getByRole('row').filter({ hasText: 'broken' }).getByText('Failed', { exact: true }).waitFor();
  await table.getByRole('row').filter({ hasText: 'after' }).getByText('Skipped', { exact: true }).waitFor();
  await expectAccessible(page);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export results' }).click();
  await page.getByRole('menuitem', { name: 'As CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8').split('\r\n');
  expect(lines[1]).toMatch(/^0,two,counting,completed,.*"\{""counted"":2\}",$/);
  expect(lines[2]).toMatch(/^1,broken,failing,failed,.*TypeError: Cannot read properties/);

  await page.getByRole('button', { name: 'Run 1 failed again' }).click();
  await page.getByRole('heading', { level: 1, name: 'month, again' }).waitFor();
  const again = page.url().split('/').at(-1) ?? '';
  expect(again).not.toBe(id);
  const batch = await client.batches.get({ id: again });
  expect(batch.items.map(({ key }) => key)).toEqual(['broken']);
  expect((await client.jobs.get({ id: batch.items[0]?.jobId ?? '' })).input).toEqual({ shop: 'closed' });
});
