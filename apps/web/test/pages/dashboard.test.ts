import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

it('says what to do first, and then shows what happens as it happens', async () => {
  const opened = await openPage();
  const { page, client } = opened;
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await opened.expectAccessible(page);
  const { id } = await client.tasks.create({
    name: 'divide',
    sourceCode: 'export default ({ by }) => { if (by === 0) throw new Error("By nothing"); return 1 / by; };',
  });
  await client.tasks.run({ id, input: { by: 2 }, wait: true });
  // Nobody asks the page to look again: it is told.
  const latest = page.getByRole('table', { name: 'Latest runs' });
  await latest.getByRole('row', { name: /divide Completed/ }).waitFor();
  await client.tasks.run({ id, input: { by: 0 }, wait: true });
  await latest.getByRole('row', { name: /divide Failed/ }).waitFor();
  await expect.poll(() => page.getByRole('link', { name: /^Executions\s*2/ }).count()).toBe(1);
  await opened.expectAccessible(page);
  await page.getByRole('link', { name: /^Failed/ }).click();
  await expect.poll(() => page.url()).toContain('/executions?status=failed');
});
