import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openPage } from './harness.ts';

const source = (first: string, last: string): string =>
  `// ${first}\n${'// As it is for both.\n'.repeat(12)}// ${last}\nexport default async () => 1;\n`;

/** Puts a text in place of the task's code, and does not save it. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^main\.js/ }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
  await page.getByText('1 unsaved edit').first().waitFor();
}

it('shows the second of two people what the first changed, and loses nothing of either', async () => {
  const opened = await openPage({ auth: 'password', data: (client, git) => git.connect(client) });
  const { page: first, client } = opened;
  const { id } = await client.tasks.create({ name: 'shared', sourceCode: source('first', 'last') });
  const other = await opened.newPage({ as: { username: 'ann', role: 'admin' }, path: `/tasks/${id}` });
  const second = other.page;
  await first.goto(`${opened.origin}/tasks/${id}`);
  const sourceCode = async () => (await client.tasks.get({ id })).sourceCode;

  // Both begin from the same revision; one saves.
  await write(first, source('by the first', 'last'));
  await write(second, source('first', 'by the second'));
  await first.keyboard.press('Control+s');
  await first
    .getByText(/Saved as revision/)
    .first()
    .waitFor();

  // The other is shown what became of it, over what is typed already.
  await second.keyboard.press('Control+s');
  const dialog = second.getByRole('dialog', { name: /Somebody else changed this task/ });
  await dialog
    .getByText(/by the first/)
    .first()
    .waitFor();
  await opened.expectAccessible(second);
  await second.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await second.getByRole('textbox', { name: /^main\.js/ }).textContent()).toContain('by the second');
  expect(await sourceCode()).toBe(source('by the first', 'last'));

  // Nothing of either is lost in what is saved.
  await second.getByRole('textbox', { name: /^main\.js/ }).click();
  await second.keyboard.press('Control+s');
  await dialog.getByRole('button', { name: 'Save the merge' }).click();
  await second
    .getByText(/Saved as revision/)
    .first()
    .waitFor();
  expect(await sourceCode()).toBe(source('by the first', 'by the second'));
  const people = (await client.tasks.history({ id })).items.map(({ changedBy }) => changedBy);
  expect(people).toEqual(['ann', 'admin', 'admin']);

  // The first, who did not reload, edits the same line, and is asked in turn.
  await write(first, source('by the first again', 'last'));
  await first.keyboard.press('Control+s');
  await first
    .getByRole('dialog', { name: /Somebody else changed this task/ })
    .getByRole('button', { name: 'Save the merge' })
    .click();
  await expect.poll(sourceCode).toBe(source('by the first again', 'by the second'));
});
