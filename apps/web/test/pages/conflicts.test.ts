import type { Client } from '@ratchet/client/create-client';
import { describe, expect, it } from 'vitest';
import { type GitRemote, openPage } from '../harness.ts';

/** Both tasks are changed on both sides: `greet` in the same place, `twice` too. */
async function disagree(client: Client, git: GitRemote): Promise<void> {
  const { id } = await git.connect(client);
  const { items } = await client.tasks.list();
  for (const [name, local, upstream] of [
    ['greet', "() => 'here'\n", "() => 'upstream'\n"],
    ['twice', '() => 1\n', '() => 2\n'],
  ] as const) {
    await client.tasks.updateSource({ id: items.find((task) => task.name === name)?.id ?? '', sourceCode: local });
    await git.commit({ [`${name}/main.js`]: upstream });
  }
  await client.repositories.sync({ id });
}

describe('the conflicts', () => {
  it('are listed by repository and kind, and decided together after a question', async () => {
    const opened = await openPage({ data: disagree, path: '/conflicts' });
    const { page, client } = opened;
    await page.getByRole('button', { name: 'team: 2' }).waitFor();
    const greet = page.getByRole('row', { name: /greet/ });
    await greet.getByText('1 in 1 file').waitFor();
    await opened.expectAccessible(page);

    await page.getByRole('searchbox', { name: 'Search conflicts' }).fill('twice');
    await greet.waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Search conflicts' }).fill('');
    await greet.waitFor();

    await page.getByRole('checkbox', { name: /twice/ }).check();
    const together = page.getByRole('group', { name: 'With the chosen conflicts' });
    await together.getByRole('button', { name: 'Take what is upstream' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take what is upstream in twice?' });
    await opened.expectAccessible(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await client.conflicts.list()).meta.total).toBe(2);
    await together.getByRole('button', { name: 'Take what is upstream' }).click();
    await dialog.getByRole('button', { name: 'Take what is upstream' }).click();
    await page.getByText('1 of 1 decided').waitFor();
    await opened.expectAccessible(page);
    const { items } = await client.tasks.list();
    const sourceOf = async (name: string) =>
      (await client.tasks.getSource({ id: items.find((task) => task.name === name)?.id ?? '' })).sourceCode;
    expect(await sourceOf('twice')).toBe('() => 2\n');
    expect(await sourceOf('greet')).toBe("() => 'here'\n");

    await greet.getByRole('link', { name: 'greet' }).click();
    await page.getByRole('heading', { level: 1, name: 'Conflict in greet' }).waitFor();
  });

  it('say what to do first while there is none', async () => {
    const opened = await openPage({ path: '/conflicts', width: 390, height: 800 });
    await opened.page.getByText('No open conflicts').waitFor();
    await opened.expectAccessible(opened.page);
  });
});
