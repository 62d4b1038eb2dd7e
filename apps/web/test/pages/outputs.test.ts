import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage } from '../harness.ts';

const received: { authorization: string | undefined; body: string }[] = [];
let fails = false;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    received.push({ authorization: request.headers.authorization, body });
    response.writeHead(fails ? 400 : 200).end('thanks');
  });
});
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => receiver.close(resolve)));

it('makes a destination with a secret, tests it, and follows what is delivered', async () => {
  const { page, client, expectAccessible } = await openPage({
    path: '/outputs',
    data: (admin, git) => git.connect(admin),
  });
  await page.getByRole('heading', { name: 'Outputs are delivered nowhere yet' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'New destination' }).first().click();
  await page.getByLabel('Name', { exact: true }).or(page.getByLabel('Name *')).first().fill('hook');
  await page.getByRole('button', { name: 'Create the destination' }).click();
  await page.getByText('Address is needed').waitFor();
  await page.getByLabel(/^Address/).fill(`${address}/{{tsk.name}}`);
  await page.getByLabel('Signs in with').selectOption({ label: 'A bearer token' });
  await page.getByRole('textbox', { name: 'Token' }).fill('very secret');
  await page.getByRole('switch', { name: 'Takes the output of every task' }).check({ force: true });
  await page.getByRole('button', { name: 'Create the destination' }).click();
  await page
    .getByText(/tsk.name.* is not known/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Which variables are there?' }).click();
  await page.getByRole('table', { name: 'Variables of templates' }).getByText('{{execution.id}}').waitFor();
  await page.getByLabel(/^Address/).fill(`${address}/{{task.name}}`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the destination' }).click();
  await page.getByRole('heading', { name: 'hook', level: 1 }).waitFor();

  const [made] = (await client.outputDestinations.list()).items;
  expect(made).toMatchObject({ type: 'webhook', isGlobal: true, secretFields: ['token'] });
  expect(await page.content()).not.toContain('very secret');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The test arrived').waitFor();
  expect(received.at(-1)?.authorization).toBe('Bearer very secret');
  await expectAccessible(page);

  fails = true;
  const task = (await client.tasks.list({ q: 'greet' })).items[0];
  await client.tasks.run({ id: task?.id ?? '', input: { name: 'Ada' }, wait: true });
  await page.getByRole('tab', { name: 'Deliveries' }).click();
  const row = page.getByRole('row').filter({ hasText: 'greet' });
  await row.getByText('Failed').waitFor();
  await expectAccessible(page);
  fails = false;
  await row.getByRole('button', { name: 'Send again' }).click();
  await row.getByText('Delivered').waitFor();
  await row.getByRole('button').first().click();
  const attempts = page.getByRole('dialog').getByRole('table', { name: 'Attempts' });
  await expect.poll(() => attempts.getByRole('row').count()).toBe(3);
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel(/^Address/).fill(`${address}/other`);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.outputDestinations.list()).items[0]?.config.url).toBe(`${address}/other`);
  expect((await client.outputDestinations.list()).items[0]?.secretFields).toEqual(['token']);
  await page.getByRole('button', { name: 'Disable' }).click();
  await expect.poll(async () => (await client.outputDestinations.list()).items[0]?.enabled).toBe(false);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the destination' }).click();
  await page.getByRole('heading', { name: 'Outputs are delivered nowhere yet' }).waitFor();
});

it('has a form for every kind', async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/outputs/new' });
  for (const kind of ['Folder', 'PostgreSQL', 'MySQL', 'S3', 'Redis', 'RabbitMQ', 'Mail', 'Standard output'])
    await page.getByRole('radio', { name: kind, exact: true }).check();
  await page.getByRole('radio', { name: 'PostgreSQL', exact: true }).check();
  await page.getByLabel(/^Name/).first().fill('warehouse');
  await page.getByLabel(/^Host/).fill('db.example.org');
  await page.getByLabel(/^Database/).fill('figures');
  await page.getByLabel(/^User name/).fill('writer');
  await page.getByLabel(/^Table/).fill('totals');
  await page.getByRole('button', { name: 'Add to Columns' }).click();
  await page.getByLabel('Columns, name 1').fill('total');
  await page.getByLabel('Columns, value of total').fill('row.total');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the destination' }).click();
  await page.getByRole('heading', { name: 'warehouse', level: 1 }).waitFor();
  expect((await client.outputDestinations.list()).items[0]).toMatchObject({
    type: 'postgresql',
    config: { host: 'db.example.org', port: 5432, columns: { total: 'row.total' } },
  });
});
