import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client } from '@ratchet/client/create-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPage } from '../harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-specs-'));
  const files = {
    'add-login/proposal.md':
      '# Change: Add login\n\n## Why\nWithout a login everybody sees the orders of everybody else, which nobody wants any more.\n\n## What Changes\n- Add a **form** <script>alert(1)</script>\n',
    'add-login/tasks.md':
      '## 1. Build\n\n- [x] 1.1 Draw the form\n- [ ] 1.2 Check the password\n\n## 2. Tell\n\n- [ ] 2.1 Write to the users\n',
    'add-login/specs/auth/spec.md':
      '## ADDED Requirements\n\n### Requirement: Login\nThe system SHALL ask for a password.\n\n#### Scenario: Right\n- **WHEN** it is right\n- **THEN** they are in\n',
    'drop-fax/proposal.md': '# Drop the fax\n\n## Why\nShort.\n',
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => join(folder, 'openspec/changes', path);
function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}
const tasksOnDisk = () => readFileSync(at('add-login/tasks.md'), 'utf8');
const project = (client: Client) => client.projects.create({ name: 'shop', path: folder });

it('adds a project, shows how far its changes are, and begins one', async () => {
  const { page, client, expectAccessible } = await openPage({ path: '/specs' });
  await page.getByRole('heading', { name: 'No project yet' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add a project' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a project' });
  await dialog.getByRole('button', { name: 'Add the project' }).click();
  await dialog.getByText('Give it a name').waitFor();
  await dialog.getByLabel('Name').fill('shop');
  await dialog.getByLabel('Folder on the server').fill(join(folder, 'nowhere'));
  await dialog.getByRole('button', { name: 'Add the project' }).click();
  await dialog.getByText('is no folder on the server').waitFor();
  await expectAccessible(page);
  await dialog.getByLabel('Folder on the server').fill(folder);
  await dialog.getByRole('button', { name: 'Add the project' }).click();
  await dialog.waitFor({ state: 'hidden' });

  const row = page.getByRole('row').filter({ hasText: 'add-login' });
  await row.getByText('1 of 3').waitFor();
  await page.getByRole('row').filter({ hasText: 'drop-fax' }).getByText('No tasks').waitFor();
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search in changes' }).fill('fax');
  await expect.poll(() => row.count()).toBe(0);
  expect(new URL(page.url()).searchParams.get('q')).toBe('fax');

  await page.getByRole('button', { name: 'New change' }).click();
  await page.getByLabel('Name of the change').fill('Add search');
  await page.getByRole('button', { name: 'Begin the change' }).click();
  await page.getByRole('tab', { name: 'Proposal', selected: true }).waitFor();
  expect(readFileSync(at('add-search/proposal.md'), 'utf8')).toContain('## Why');
  expect((await client.specs.list()).meta.total).toBe(3);
});

it('ticks, adds, rewords and removes tasks, each to the byte in the file and each taken back', async () => {
  const opened = await openPage({ data: project });
  const { page, client, expectAccessible } = opened;
  const before = tasksOnDisk();
  await page.goto('/specs');
  await page.getByRole('link', { name: /Add login/ }).click();
  const box = page.getByRole('checkbox', { name: '1.2 Check the password' });
  await box.focus();
  await page.keyboard.press('Space');
  expect(await box.isChecked()).toBe(true);
  await expect.poll(tasksOnDisk).toBe(before.replace('[ ] 1.2', '[x] 1.2'));
  await page.getByText('“Check the password” is done').waitFor();
  await page.getByRole('tab', { name: 'Tasks (2/3)' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(tasksOnDisk).toBe(before);
  expect(await box.isChecked()).toBe(false);

  await page.getByRole('textbox', { name: 'New task of 1. Build' }).fill('Lock after five tries');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: /Lock after five tries/ }).waitFor();
  expect(tasksOnDisk()).toMatch(/- \[ \] 1\.3 Lock after five tries\n/);
  await page.getByRole('button', { name: 'Reword 2.1 Write to the users' }).click();
  await page.getByRole('textbox', { name: 'Text of 2.1 Write to the users' }).fill('Call the users');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: '2.1 Call the users' }).waitFor();
  await page.getByRole('button', { name: /^Remove .*Lock after five tries/ }).click();
  await expect.poll(tasksOnDisk).toBe(before.replace('Write to', 'Call'));

  // What changes in the folder is seen here by itself.
  write('add-login/tasks.md', before.replaceAll('[ ]', '[x]'));
  await page.getByRole('tab', { name: 'Tasks (3/3)' }).waitFor();
  expect((await client.specs.get({ id: 'shop/add-login' })).taskCounts).toEqual({ total: 3, done: 3 });
});

it('shows documents as people read them, and loses nothing where two edit one', async () => {
  const { page, client, expectAccessible } = await openPage({ data: project });
  const { documentId: id } = await client.specs.get({ id: 'shop/add-login' });
  await page.goto(`/specs/${id}?tab=proposal`);
  const text = page.getByRole('region', { name: 'proposal.md' });
  await text.getByText('form', { exact: true }).waitFor();
  expect(await text.locator('script').count()).toBe(0);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const editor = page.getByRole('textbox', { name: /^proposal\.md/ });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await page.keyboard.insertText(' by mail');

  const { proposalContent } = await client.specs.get({ id });
  await client.specs.update({ id, proposalContent: (proposalContent ?? '').replace('Add login', 'Add a login') });
  await page.getByText('It was changed elsewhere meanwhile').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\nAnd a way out.\n');
  await page.keyboard.press('Control+s');
  await page.getByText(/Saved as revision/).waitFor();
  expect(readFileSync(at('add-login/proposal.md'), 'utf8')).toContain('And a way out.');
  expect(readFileSync(at('add-login/proposal.md'), 'utf8')).toContain('Add a login');

  await page.getByRole('tab', { name: 'Specs (1)' }).click();
  await page.getByRole('row').filter({ hasText: 'Login' }).getByText('Added').waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('button', { name: 'What changed in revision 3' }).click();
  await page.getByRole('textbox', { name: 'Revision 3' }).getByText('And a way out.').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Roll back to revision 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('It is as in revision 1 again').waitFor();
  expect(readFileSync(at('add-login/proposal.md'), 'utf8')).toBe(proposalContent);
});

it('leads from a problem to its line, and works on a narrow screen', async () => {
  const { page, client, newPage, expectAccessible } = await openPage({ data: project });
  const { documentId: id } = await client.specs.get({ id: 'shop/drop-fax' });
  await page.goto(`/specs/${id}?tab=problems`);
  await page.getByText('OpenSpec would refuse it').waitFor();
  await page.getByRole('button', { name: 'proposal.md' }).first().click();
  await page.getByRole('textbox', { name: /^proposal\.md/ }).waitFor();
  await page.getByRole('tab', { name: 'Proposal', selected: true }).waitFor();

  const phone = await newPage({ path: '/specs', width: 390, height: 800 });
  await phone.page.getByText('Drop the fax').waitFor();
  await expectAccessible(phone.page);
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await phone.page.goto(`/specs/${id}`);
  await phone.page.getByRole('heading', { name: 'No task yet' }).waitFor();
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

it('shows where both sides changed the same, and lets one of them hold', async () => {
  const { page, client, expectAccessible } = await openPage({
    data: async (made) => {
      // What is edited here stays here, and nobody looks at the folder, until both sides have changed.
      const { id } = await made.projects.create({ name: 'shop', path: folder, isWritable: false, syncEnabled: false });
      await made.specs.updateTask({ id: 'shop/add-login', n: 1, text: 'Check it here' });
      await made.projects.update({ id, isWritable: true });
      write('add-login/tasks.md', tasksOnDisk().replace('Check the password', 'Check it on disk'));
      await made.specs.sync({ projectId: id });
    },
  });
  const { documentId: id } = await client.specs.get({ id: 'shop/add-login' });
  await page.goto(`/specs/${id}`);
  await page.getByText('Both sides changed it, and not alike').waitFor();
  await page.getByRole('list', { name: 'Parts that both changed' }).getByText('The tasks').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Decide it place by place' }).click();
  await page.getByRole('heading', { level: 1, name: /^Conflict in/ }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'The files hold' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Let the files hold' }).click();
  await page.getByText('Both sides changed it, and not alike').waitFor({ state: 'hidden' });
  await page.getByRole('checkbox', { name: /Check it on disk/ }).waitFor();
});

it('archives a change that is done', async () => {
  const { page, client } = await openPage({ data: project });
  const { documentId: id } = await client.specs.get({ id: 'shop/add-login' });
  await page.goto(`/specs/${id}`);
  await page.getByRole('button', { name: 'Archive' }).click();
  const dialog = page.getByRole('dialog', { name: 'Archive shop/add-login' });
  expect(await dialog.getByRole('button', { name: 'Archive the change' }).isDisabled()).toBe(true);
  await dialog.getByRole('switch', { name: /Archive it all the same/ }).focus();
  await page.keyboard.press('Space');
  await dialog.getByRole('switch', { name: /Leave the project’s specs/ }).focus();
  await page.keyboard.press('Space');
  await dialog.getByRole('button', { name: 'Archive the change' }).click();
  await page.getByText('It is archived: what is in the archive is only read.').waitFor();
  expect((await client.specs.get({ id })).archived).toBe(true);
});
