import type { Client } from '@ratchet/client/create-client';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Opened, openPage } from '../harness.ts';

let opened: Opened;
let page: Page;
let client: Client;
let id: string;

beforeAll(async () => {
  opened = await openPage({ data: (admin, git) => git.connect(admin) });
  ({ page, client } = opened);
}, 120_000);

/** A task of its own for each test, in no way touched by the others. */
beforeEach(async ({ task }) => {
  const made = await client.tasks.create({
    name: `subject-${task.id.replace(/\W/g, '-')}`,
    description: 'Greets somebody',
    sourceCode: greeting('Hello'),
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string', description: 'Who is greeted' } },
      required: ['name'],
    },
    repositoryId: (await client.repositories.list()).items.find(({ name }) => name === 'team')?.id,
  });
  await client.tasks.putFile({
    id: made.id,
    path: 'tests/ada.json',
    content: '{ "name": "greets Ada", "input": { "name": "Ada" }, "expected": { "greeting": "Hello, Ada" } }\n',
  });
  ({ id } = made);
});

const greeting = (word: string, more = ''): string => `// Greets somebody.
export default async (input, context) => {
  context.log.info('Greeting ' + input.name);
  ${more}
  return { greeting: '${word}, ' + input.name };
};
`;
const open = (tab = '', where = page) => where.goto(`${opened.origin}/tasks/${id}${tab === '' ? '' : `?tab=${tab}`}`);
const editor = (name: string | RegExp, where = page) => where.getByRole('textbox', { name });
const task = () => client.tasks.get({ id });

/** Puts a text in place of all that an editor holds. */
async function write(name: string | RegExp, text: string, where = page): Promise<void> {
  await editor(name, where).click();
  await where.keyboard.press('Control+a');
  await where.keyboard.insertText(text);
}
const said = (text: string | RegExp, where = page) => where.getByText(text).first().waitFor();

describe('the page of a task', () => {
  it('edits the code, keeps the edit over a reload, and saves it by the keyboard', async () => {
    await open();
    await write(/^main\.js/, greeting('Good day'));
    await said('1 unsaved edit');
    await page.waitForTimeout(400);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await said('1 unsaved edit');
    await page.getByRole('textbox', { name: /^main\.js, not saved/ }).click();
    await opened.expectAccessible(page);
    await page.keyboard.press('Control+s');
    await said(/Saved as revision/);
    expect((await task()).sourceCode).toBe(greeting('Good day'));
    expect(await page.getByText('1 unsaved edit').count()).toBe(0);
  });

  it('has the server look at what is typed before it is saved, and leads to the line', async () => {
    await open();
    await write(/^main\.js/, greeting('Hello', 'return ((;'));
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText('With your unsaved edits, as you type.').waitFor();
    await page.locator('.cm-lint-marker-error').waitFor();
    await problems.getByRole('button', { name: 'main.js:4' }).first().click();
    await expect.poll(() => page.locator('.cm-activeLineGutter').filter({ hasText: /\d/ }).innerText()).toBe('4');
    await opened.expectAccessible(page);
    // An import of a file that is not there is found only by loading the whole, which nothing of is stored.
    await write(/^main\.js/, `import { word } from './words.js';\n${greeting('Hello', 'void word;')}`);
    await problems.getByText(/words\.js/).waitFor();
    expect((await task()).sourceCode).toBe(greeting('Hello'));
    await write(/^main\.js/, greeting('Good day'));
    await problems.getByText(/words\.js/).waitFor({ state: 'hidden' });
    expect(await page.locator('.cm-lint-marker-error').count()).toBe(0);
    await page.keyboard.press('Control+s');
    await said(/Saved as revision/);
  });

  it('stores edits of several files together, and asks before it is left', async () => {
    await open();
    const { revision } = await task();
    await write(/^main\.js/, greeting('Hi'));
    await page.getByRole('button', { name: 'ada.json' }).click();
    await write(/^tests\/ada\.json/, '{ "input": { "name": "Ada" }, "expected": { "greeting": "Hi, Ada" } }\n');
    await said('2 unsaved edits');
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Stay here' }).last().click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await said(/Saved as revision/);
    const after = await task();
    expect(after.revision).toBe(revision + 1);
    expect(after.tests[0]?.content).toEqual({ input: { name: 'Ada' }, expected: { greeting: 'Hi, Ada' } });
  });

  it('shows the difference where somebody else saved first, and loses nothing', async () => {
    await open();
    await write(/^main\.js/, greeting('Good evening'));
    const theirs = greeting('Hello', "context.log.info('Theirs');");
    await client.tasks.updateSource({ id, sourceCode: theirs, changeDescription: 'Say more' });
    await page.keyboard.press('Control+s');
    const dialog = page.getByRole('dialog', { name: /Somebody else changed this task/ });
    await dialog.getByText('Say more').waitFor();
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Decide later' }).last().click();
    await said('1 unsaved edit');
    await page.getByRole('button', { name: 'Show what changed' }).click();
    // The two places lie side by side, so they are one to decide.
    const both = dialog.getByRole('radio', { name: /^Local|^Yours/ });
    if ((await both.count()) > 0) await both.first().check();
    await dialog.getByRole('button', { name: /Keep all of mine and save/ }).click();
    await said(/Saved as revision/);
    expect((await task()).sourceCode).toBe(greeting('Good evening'));
    const history = await client.tasks.history({ id });
    expect(history.items.map(({ changeDescription }) => changeDescription)).toContain('Say more');
  });

  it('brings an edit on top of what somebody else changed elsewhere in the file', async () => {
    const long = (first: string, last: string) =>
      `// ${first}\n${'// The same for both.\n'.repeat(12)}// ${last}\nexport default async () => 1;\n`;
    await client.tasks.updateSource({ id, sourceCode: long('first', 'last') });
    await open();
    await write(/^main\.js/, long('mine', 'last'));
    await client.tasks.updateSource({ id, sourceCode: long('first', 'theirs') });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /Somebody else changed this task/ });
    await dialog.getByRole('button', { name: 'Save the merge' }).click();
    await said(/Saved as revision/);
    expect((await task()).sourceCode).toBe(long('mine', 'theirs'));
  });

  it('adds, renames and deletes files, and takes a deletion back', async () => {
    await open();
    await page.getByRole('button', { name: 'Add a file' }).click();
    await page.getByLabel('Path within the task').fill('notes/readme.md');
    await page.keyboard.press('Enter');
    await write(/^notes\/readme\.md/, '# Notes\n');
    await page.keyboard.press('Control+s');
    await said(/Saved as revision/);
    await page.getByRole('button', { name: 'What to do with notes/readme.md' }).click();
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await page.getByLabel('Path within the task').fill('README.md');
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.getByRole('heading', { name: 'README.md', exact: true }).waitFor();
    await page.getByRole('button', { name: 'What to do with README.md' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await said('README.md is deleted');
    expect((await task()).files.map(({ path }) => path)).not.toContain('README.md');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'README.md' }).waitFor();
    expect(await client.tasks.getFile({ id, path: 'README.md' })).toMatchObject({ content: '# Notes\n' });
  });

  it('describes the input by its members, and the metadata by a form', async () => {
    await open();
    await page.getByRole('button', { name: 'Input schema', exact: true }).click();
    await page.getByRole('button', { name: 'Add a member' }).click();
    const member = page.getByRole('group', { name: 'Member member2' });
    await member.getByLabel('Type').selectOption('boolean');
    await member.getByLabel('Name').fill('loud');
    await page.keyboard.press('Enter');
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Metadata', exact: true }).click();
    await page.getByLabel('Description', { exact: true }).fill('Greets, aloud where that is wished');
    await opened.expectAccessible(page);
    await page.keyboard.press('Control+s');
    await said(/Saved as revision/);
    const { inputSchema, description } = await task();
    expect(inputSchema).toMatchObject({ properties: { loud: { type: 'boolean' } }, required: ['name'] });
    expect(description).toBe('Greets, aloud where that is wished');
  });

  it('runs it, shows its log and output, and runs it again', async () => {
    await open('run');
    await page.getByRole('textbox', { name: /^name/ }).fill('Grace');
    await page.getByRole('button', { name: 'Run and watch' }).click();
    const run = page.getByRole('region', { name: 'The run' });
    await run.getByText('Completed').waitFor();
    await run.getByText('"Hello, Grace"').waitFor();
    await run.getByText('Greeting Grace').waitFor();
    await opened.expectAccessible(page);
    await run.getByRole('button', { name: 'Run again' }).click();
    await expect
      .poll(async () => (await client.executions.list({ filters: [{ field: 'taskId', value: id }] })).meta.total)
      .toBe(2);
    await open('runs');
    await page.getByRole('table', { name: /^Runs of/ }).waitFor();
    await opened.expectAccessible(page);
  });

  it('runs its tests and shows what differs', async () => {
    await client.tasks.updateSource({ id, sourceCode: greeting('Bye') });
    await open('tests');
    await page.getByRole('button', { name: 'Run all' }).click();
    await said('0 passed, 1 failed, 0 not run');
    const card = page.getByRole('region', { name: 'greets Ada' });
    await card.getByText('Bye, Ada').first().waitFor();
    await opened.expectAccessible(page);
    await client.tasks.updateSource({ id, sourceCode: greeting('Hello') });
    await card.getByRole('button', { name: 'Run greets Ada' }).click();
    await said('1 passed, 0 failed, 0 not run');
  });

  it('compares revisions, rolls back and takes that back', async () => {
    await client.tasks.updateSource({ id, sourceCode: greeting('Later'), changeDescription: 'Later, not now' });
    await open('history');
    await page.getByRole('button', { name: 'What changed' }).first().click();
    const comparison = page.getByRole('region', { name: 'Comparison' });
    await comparison.getByRole('heading', { name: 'main.js' }).waitFor();
    await comparison.getByText('Later').first().waitFor();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Roll back to revision 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await said('It is as in revision 2 again');
    expect((await task()).sourceCode).toBe(greeting('Hello'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await task()).sourceCode).toBe(greeting('Later'));
  });

  it('shows what a push would change, and pushes it', async () => {
    await open('repository');
    await page.getByRole('region', { name: 'What a push would change' }).getByText('main.js').first().waitFor();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Push', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: /^Push/ });
    await dialog.getByLabel('Commit message').fill('A greeting');
    await dialog.getByRole('button', { name: 'Push', exact: true }).click();
    await dialog.getByText('It is pushed').waitFor();
    const { repositoryInfo, needsPush } = await task();
    expect(needsPush).toBe(false);
    expect(await opened.git.read(`${repositoryInfo?.repositoryPath}/main.js`)).toBe(greeting('Hello'));
    expect(await opened.git.messages()).toContain('A greeting');
  });

  it('switches it off, deletes it and brings it back', async () => {
    await open('settings');
    await opened.expectAccessible(page);
    await page.getByRole('switch', { name: 'Enabled' }).focus();
    await page.keyboard.press('Space');
    await expect.poll(async () => (await task()).enabled).toBe(false);
    const { name } = await task();
    await page.getByRole('button', { name: `Delete ${name}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await said(`${name} is deleted`);
    await open();
    await page.getByRole('button', { name: 'Restore it' }).click();
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
    expect((await task()).name).toBe(name);
  });

  it('works on a narrow screen', async () => {
    const phone = await opened.newPage({ path: `/tasks/${id}`, width: 390, height: 800 });
    await phone.page.getByRole('textbox', { name: /^main\.js/ }).waitFor();
    await opened.expectAccessible(phone.page);
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await phone.page.close();
  });

  it('shows a person who may only read what there is, and offers nothing they may not do', async () => {
    const guarded = await openPage({ auth: 'password', data: (admin, git) => git.connect(admin) });
    const [greet] = (await guarded.client.tasks.list()).items;
    const reader = await guarded.newPage({ as: { username: 'rita', role: 'readonly' }, path: `/tasks/${greet?.id}` });
    const code = reader.page.getByRole('textbox', { name: /^main\.js/ });
    await code.waitFor();
    await code.click();
    await reader.page.keyboard.insertText('typed in vain');
    expect(await code.innerText()).not.toContain('typed in vain');
    expect(await reader.page.getByRole('switch', { name: 'Enabled' }).isDisabled()).toBe(true);
    expect(await reader.page.getByRole('button', { name: 'Add a file' }).count()).toBe(0);
    await guarded.expectAccessible(reader.page);
    await reader.page.getByRole('tab', { name: 'Run', exact: true }).click();
    await reader.page.getByText('You may not run tasks.').waitFor();
    await reader.page.getByRole('tab', { name: 'Settings' }).click();
    await reader.page.getByRole('heading', { name: 'Export' }).waitFor();
    expect(await reader.page.getByRole('button', { name: /^Delete/ }).count()).toBe(0);
  });
});
