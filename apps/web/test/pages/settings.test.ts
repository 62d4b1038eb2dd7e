import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage } from '../harness.ts';

/** Filters the settings to one, and opens it. */
async function openSetting(page: Page, name: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search' }).fill(name);
  await expect.poll(() => page.getByRole('table', { name: 'Settings of the server' }).getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name, exact: true }).click();
}

it('shows how the server is, and changes settings in its file', async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/settings' });
  const { version } = await client.health.get();
  await page.getByText(version, { exact: true }).waitFor();
  await page.getByRole('table', { name: 'Parts of the server' }).getByRole('row').nth(1).waitFor();
  expect(await page.getByRole('link', { name: 'GraphQL, to try out' }).getAttribute('href')).toBe('/playground');
  await expectAccessible(page);

  await page.getByRole('tab', { name: 'Configuration' }).click();
  await openSetting(page, 'retention.logs_days');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('A change counts at once.', { exact: false }).waitFor();
  await dialog.getByLabel('New value').fill('5');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.config.get()).sources['retention.logs_days']).toBe('file');
  expect((await client.config.get()).restartNeeded).toEqual([]);
  await page.getByRole('row', { name: /retention.logs_days.* 5 File/ }).waitFor();

  await openSetting(page, 'graphql.max_depth');
  await dialog.getByLabel('New value').fill('9');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Start the server anew to let these count').waitFor();
  await expectAccessible(page);

  // What the environment sets is said, and not offered.
  await openSetting(page, 'execution.allow_private');
  await dialog.getByText(/The server’s environment sets it/).waitFor();
  expect(await dialog.getByRole('button', { name: 'Save' }).count()).toBe(0);
});

it('watches figures', async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/settings?tab=alerts' });
  await page.getByRole('table', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'New alert' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('many conflicts');
  await dialog.getByLabel(/^Fires above/).fill('3');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create the alert' }).click();
  await page.getByRole('button', { name: 'many conflicts', exact: true }).waitFor();
  const made = (await client.alerts.list({ q: 'many conflicts' })).items[0];
  expect(made).toMatchObject({ metric: 'open_conflicts', threshold: 3, repositoryId: null, enabled: true });
  await page.getByRole('button', { name: 'Change many conflicts' }).click();
  await dialog.getByLabel(/^Fires above/).fill('5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await client.alerts.list({ q: 'many conflicts' })).items[0]?.threshold).toBe(5);
  await page.getByRole('button', { name: 'Delete many conflicts' }).click();
  await dialog.getByRole('button', { name: 'Delete the alert' }).click();
  await expect.poll(async () => (await client.alerts.list({ q: 'many conflicts' })).items.length).toBe(0);
});

it('looks as it is told', async () => {
  const { page, expectAccessible } = await openPage({ path: '/settings?tab=appearance', colorScheme: 'light' });
  await page.getByText('Dark', { exact: true }).click();
  await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
  await page.getByText('As the system has it').click();
  await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('light');
  await expectAccessible(page);
});
