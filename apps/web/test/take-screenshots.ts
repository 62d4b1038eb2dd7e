import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@ratchet/client/create-client';
import { createGitRepository } from '@ratchet/testing/git-repository';
import type { Page } from 'playwright-core';
import { builtPage } from './built-page.ts';
import { launchChromium } from './chromium.ts';
import { serve } from './serve.ts';

/* Takes the pictures of the README and the guide from the running page, over the example tasks. */
const images = join(import.meta.dirname, '../../../docs/images');
const mostBytes = 200_000;
const folder = mkdtempSync(join(tmpdir(), 'ratchet-screenshots-'));

const invoice = (currency: string, digits: number): string => `/** Adds up the items of an order. */
export default async ({ items }, context) => {
  const currency = '${currency}';
  context.log.info('Adding ' + items.length + ' items');
  let total = 0;
  for (const { price, count } of items) {
    context.log.debug('Item at ' + price + ', ' + count + ' times');
    total += price * count;
  }
  if (total === 0) context.log.warn('Nothing to pay');
  context.log.info('The sum is ' + total);
  const digits = ${digits};
  return { total: total.toFixed(digits), currency };
};
`;
const items = [
  { price: 19.9, count: 2 },
  { price: 4.5, count: 10 },
  { price: 120, count: 1 },
];

/** Work to look at: runs that went well and badly, an edit that waits, a plan, and a conflict of two places. */
async function fill(client: Client) {
  const remote = await createGitRepository(join(folder, 'billing.git'));
  const task = (name: string, description: string) => ({
    [`${name}/metadata.json`]: `${JSON.stringify({ name, version: '1.0.0', description }, null, 2)}\n`,
    [`${name}/main.js`]: invoice('EUR', 2),
  });
  await remote.commit(task('order-total', 'Adds up the items of an order.'), { message: 'Invoices' });
  const { id: repositoryId } = await client.repositories.create({
    name: 'billing',
    repositoryType: 'git',
    uri: remote.path,
    branch: 'main',
    isWritable: true,
  });
  await client.repositories.sync({ id: repositoryId });
  const { items: tasks } = await client.tasks.list({ filters: [{ field: 'name', value: 'order-total' }] });
  const id = tasks[0]?.id ?? '';
  for (let run = 0; run < 12; run++)
    await client.tasks.run({ id, input: run % 5 === 4 ? {} : { items: items.slice(0, 1 + (run % 3)) }, wait: true });
  const execution = await client.tasks.run({ id, input: { items }, wait: true });
  await client.tasks.updateSource({ id, sourceCode: invoice('CHF', 3) });
  await remote.commit(
    { 'order-total/main.js': invoice('USD', 0), ...task('reminder', 'Reminds of an invoice that is overdue.') },
    { message: 'Dollars, and reminders' },
  );
  await remote.commit({ 'vat/main.js': invoice('EUR', 2), ...task('vat', 'Works out the tax.') }, { message: 'Tax' });
  return { id, repositoryId, executionId: execution.id };
}

async function take(page: Page, name: string, address: string, ready: RegExp): Promise<void> {
  await page.goto(address);
  await page.getByText(ready).first().waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
  const path = join(images, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  const { size } = statSync(path);
  console.log(`${String(size).padStart(7)} bytes ${path}`);
  if (size > mostBytes) throw new Error(`${name}.png is larger than ${mostBytes} bytes.`);
}

await builtPage();
mkdirSync(images, { recursive: true });
const server = await serve({ folder, examples: true });
try {
  const client = createClient({ baseUrl: server.origin });
  const { id, repositoryId, executionId } = await fill(client);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      locale: 'en-GB',
    });
    const at = (path: string) => `${server.origin}${path}`;
    await take(page, 'plan', at(`/repositories/${repositoryId}?tab=plan`), /Sync exactly this/);
    await client.repositories.sync({ id: repositoryId });
    const conflict = (await client.conflicts.list()).items[0]?.id;
    await take(page, 'dashboard', at('/'), /Dashboard/);
    await take(page, 'task', at(`/tasks/${id}`), /Adds up the items/);
    await take(page, 'conflict', at(`/conflicts/${conflict}`), /Conflict 1 of 2/);
    await take(page, 'execution', at(`/executions/${executionId}?tab=logs`), /The sum is/);
  } finally {
    await browser.close();
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
