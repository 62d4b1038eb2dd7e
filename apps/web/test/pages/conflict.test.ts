import type { Client } from '@ratchet/client/create-client';
import { describe, expect, it } from 'vitest';
import { type GitRemote, type Opened, openPage } from '../harness.ts';

const metadata = (description: string, tags: string[]) =>
  `${JSON.stringify({ name: 'greet', version: '1.0.0', description, tags }, null, 2)}\n`;
const source = (first: string, last: string) => `/** ${first} */
export default async (input, context) => {
  context.log.info('Greeting ' + input.name);
  const words = ['Hello', input.name];
  const more = [];
  return { greeting: [...words, ...more].join('${last}') };
};
`;
const files = {
  'greet/metadata.json': metadata('Greets somebody.', ['people']),
  'greet/main.js': source('Greets somebody.', ', '),
  'greet/tests/ada.json': '{ "input": { "name": "Ada" }, "expected": { "greeting": "Hello, Ada" } }\n',
  'twice/metadata.json': `${JSON.stringify({ name: 'twice', version: '1.0.0' }, null, 2)}\n`,
  'twice/main.js': '(input) => input.n * 2\n',
};

/** Both sides change the same places of a task: two of its code, one of its metadata. */
async function disagree(client: Client, git: GitRemote): Promise<{ task: string; conflict: string }> {
  const repository = await git.connect(client);
  const { items } = await client.tasks.list();
  const task = items.find(({ name }) => name === 'greet')?.id ?? '';
  await client.tasks.putFile({ id: task, path: 'main.js', content: source('Greets one, said here.', ', ') });
  await client.tasks.putFile({
    id: task,
    path: 'main.js',
    content: source('Greets one, said here.', ', ').replace('const more = [];', "const more = ['here'];"),
  });
  await client.tasks.update({ id: task, description: 'Said here.' });
  await git.commit({
    'greet/main.js': source('Greets one, said upstream.', ', ').replace(
      'const more = [];',
      "const more = ['upstream'];",
    ),
    'greet/metadata.json': metadata('Said upstream.', ['people', 'upstream']),
    'greet/README.md': '# Only upstream\n',
  });
  const { conflicts } = await client.repositories.sync({ id: repository.id });
  return { task, conflict: conflicts[0]?.id ?? '' };
}

async function openConflict(): Promise<Opened & { task: string; conflict: string }> {
  let made = { task: '', conflict: '' };
  const opened = await openPage({
    files,
    data: async (client, git) => {
      made = await disagree(client, git);
    },
  });
  await opened.page.goto(`${opened.origin}/conflicts/${made.conflict}`);
  await opened.page.getByRole('heading', { level: 1, name: 'Conflict in greet' }).waitFor();
  return { ...opened, ...made };
}

const hunk = (opened: Opened, number: number) => opened.page.getByRole('group', { name: `Conflict ${number} of 2` });
const file = (opened: Opened, name: string) =>
  opened.page.getByRole('navigation', { name: 'Files of the conflict' }).getByRole('button', { name });

describe('one conflict', () => {
  it('is decided place by place, survives a reload, is checked, saved, tested and pushed', async () => {
    const opened = await openConflict();
    const { page, client, git, task, conflict } = opened;
    await page.getByText('3 places are open in main.js, metadata.json.').waitFor();
    await opened.expectAccessible(page);

    await hunk(opened, 1).getByRole('radio', { name: 'Upstream', exact: true }).check();
    await hunk(opened, 2).getByRole('radio', { name: 'Here', exact: true }).check();
    await file(opened, 'metadata.json').click();
    const description = page.getByRole('group', { name: 'description' });
    await description.getByRole('radio', { name: 'Upstream' }).check();
    await page.getByText('Everything is decided.').waitFor();
    await opened.expectAccessible(page);

    await page.waitForTimeout(500);
    await page.reload();
    await page.getByText('Everything is decided.').waitFor();
    await expect.poll(() => description.getByRole('radio', { name: 'Upstream' }).isChecked()).toBe(true);
    await file(opened, 'main.js').click();
    await expect
      .poll(() => hunk(opened, 1).getByRole('radio', { name: 'Upstream', exact: true }).isChecked())
      .toBe(true);
    expect(await hunk(opened, 2).getByRole('radio', { name: 'Here', exact: true }).isChecked()).toBe(true);

    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByText('Code, schemas, metadata and tests are in order').waitFor();
    expect((await client.conflicts.get({ id: conflict })).status).toBe('open');

    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('It is decided').waitFor();
    // The tests ran after saving, and one does not hold with what was decided.
    await page.getByText(/of its tests did not pass|tests? passed/).waitFor();
    const resolved = await client.conflicts.get({ id: conflict });
    expect(resolved.status).toBe('resolved');
    expect(resolved.resolution).toBe('merge');
    const { content } = await client.tasks.getFile({ id: task, path: 'main.js' });
    expect(content).toContain('said upstream.');
    expect(content).toContain("['here']");
    expect((await client.tasks.get({ id: task })).description).toBe('Said upstream.');

    await page.getByRole('button', { name: 'Push it' }).click();
    await expect.poll(() => git.read('greet/main.js'), { timeout: 20_000 }).toBe(content);
    expect(await git.read('greet/README.md')).toBe('# Only upstream\n');
    await opened.expectAccessible(page);
  });

  it('keeps what was decided when a side moves on, and shows what moved', async () => {
    const opened = await openConflict();
    const { page, client, task, conflict } = opened;
    await hunk(opened, 1).getByRole('radio', { name: 'Upstream', exact: true }).check();
    await hunk(opened, 2).getByRole('radio', { name: 'Both, here first' }).check();
    await file(opened, 'metadata.json').click();
    await page.getByRole('group', { name: 'description' }).getByRole('radio', { name: 'Here' }).check();
    await page.getByText('Everything is decided.').waitFor();

    const { content } = await client.tasks.getFile({ id: task, path: 'main.js' });
    await client.tasks.putFile({ id: task, path: 'main.js', content: content.replace("'Hello'", "'Good day'") });
    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('A side changed since you began').waitFor();
    await page.getByRole('heading', { name: 'main.js, here' }).waitFor();
    await opened.expectAccessible(page);
    expect((await client.conflicts.get({ id: conflict })).status).toBe('open');

    await page.getByRole('button', { name: 'Go on with what I decided' }).click();
    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('It is decided').waitFor();
    expect((await client.conflicts.get({ id: conflict })).resolution).toBe('manual');
    const saved = await client.tasks.getFile({ id: task, path: 'main.js' });
    expect(saved.content).toContain('said upstream.');
    expect(saved.content).toContain("const more = ['here'];\n  const more = ['upstream'];");
    expect((await client.tasks.get({ id: task })).description).toBe('Said here.');
  });

  it('is decided by side as a whole, and what was here is brought back', async () => {
    const opened = await openConflict();
    const { page, client, task } = opened;
    const before = await client.tasks.getFile({ id: task, path: 'main.js' });
    await page.getByRole('radio', { name: 'Take what is upstream' }).check();
    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('It is decided').waitFor();
    expect((await client.tasks.getFile({ id: task, path: 'main.js' })).content).toContain('said upstream.');

    await page.getByRole('button', { name: 'Bring back what was here' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring it back' }).click();
    await page.getByText(/What was here is back, as revision/).waitFor();
    expect((await client.tasks.getFile({ id: task, path: 'main.js' })).content).toBe(before.content);
  });

  it('of an edit and a deletion asks whether the task stays, and leads to the next', async () => {
    const opened = await openConflict();
    const { page, client, git } = opened;
    const { items } = await client.tasks.list();
    const twice = items.find(({ name }) => name === 'twice')?.id ?? '';
    await client.tasks.updateSource({ id: twice, sourceCode: '(input) => input.n + input.n\n' });
    await git.commit({ 'twice/main.js': null, 'twice/metadata.json': null });
    const repositories = await client.repositories.list();
    const repository = repositories.items.find(({ name }) => name === 'team')?.id ?? '';
    await client.repositories.sync({ id: repository });

    await page.getByRole('link', { name: 'Next conflict: twice' }).click();
    await page.getByRole('heading', { level: 1, name: 'Conflict in twice' }).waitFor();
    await page.getByRole('radio', { name: 'Delete the task' }).check();
    await opened.expectAccessible(page);
    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('It is decided').waitFor();
    await expect(client.tasks.get({ id: twice })).rejects.toMatchObject({ code: 'NOT_FOUND' });

    await page.getByRole('button', { name: 'Bring back what was here' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring it back' }).click();
    await page.getByText(/What was here is back, as revision/).waitFor();
    expect((await client.tasks.getSource({ id: twice })).sourceCode).toBe('(input) => input.n + input.n\n');
  });

  it('is written by hand, file by file', async () => {
    const opened = await openConflict();
    const { page, client, task, conflict } = opened;
    await page.getByRole('radio', { name: 'Write the files by hand' }).check();
    await page.getByRole('button', { name: 'Begin with upstream' }).click();
    const editor = page.getByRole('textbox', { name: 'Text of main.js' });
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('// by hand\n');
    await file(opened, 'metadata.json').click();
    await page.getByRole('button', { name: 'Begin with what is here' }).click();
    await page.getByRole('button', { name: 'Save the resolution' }).click();
    await page.getByText('It is decided').waitFor();
    expect((await client.conflicts.get({ id: conflict })).resolution).toBe('manual');
    const { content } = await client.tasks.getFile({ id: task, path: 'main.js' });
    expect(content.startsWith('// by hand\n')).toBe(true);
    expect((await client.tasks.get({ id: task })).description).toBe('Said here.');
  });
});
