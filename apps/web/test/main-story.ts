import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Hand } from './hand.ts';
import { adminPassword, type Opened } from './harness.ts';

/** Two places far enough apart to be two hunks. */
const source = (greeting: string, end: string): string => `/** Greets somebody, slowly. */
export default async (input, context) => {
  const greeting = '${greeting}';
  context.log.info('Greeting ' + input.name);
  for (let second = 1; second <= 3; second++) {
    context.log.info('Thinking, step ' + second);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const words = [greeting, input.name];
  const said = words.join(', ');
  context.log.info('Said: ' + said);
  const end = '${end}';
  return { greeting: said + end };
};
`;

export const storyFiles: Readonly<Record<string, string>> = {
  'greet/metadata.json': `${JSON.stringify({ name: 'greet', version: '1.0.0', description: 'Greets somebody.' }, null, 2)}\n`,
  'greet/main.js': source('Hello', '.'),
  'greet/input.schema.json': `${JSON.stringify({
    type: 'object',
    properties: { name: { type: 'string', title: 'Name' } },
    required: ['name'],
  })}\n`,
};

/**
 * The whole of what the product is for: sign in, add a repository, see the plan, sync, edit, run, see logs live, push, see the
 * commit upstream, meet a conflict, resolve it hunk by hunk, push, roll back.
 */
export async function playStory(opened: Opened, hand: Hand): Promise<void> {
  const { page, client, git } = opened;
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const tab = (name: string | RegExp) => page.getByRole('tab', { name, exact: true });

  await signIn(page, hand);
  await addRepository(opened, hand);
  await expect.poll(async () => (await client.tasks.list()).items.map(({ name }) => name)).toEqual(['greet']);

  // Edit, and save by the keyboard's usual keys.
  await goTo(page, hand, 'Tasks');
  await hand.press(page.getByRole('link', { name: /^greet/ }));
  await page.getByRole('heading', { name: 'greet', level: 1 }).waitFor();
  const editor = page.getByRole('textbox', { name: /^main\.js/ });
  await hand.write(editor, source('Good day', '.'));
  await page.keyboard.press('Control+s');
  await page
    .getByText(/Saved as revision/)
    .first()
    .waitFor();

  // Run, and see the log while it runs.
  await hand.press(tab('Run'));
  await hand.write(page.getByRole('textbox', { name: /^name/i }), 'Ada');
  await hand.press(button('Run and watch'));
  const run = page.getByRole('region', { name: 'The run' });
  await run.getByText('Thinking, step 1').waitFor();
  await run.getByText('Completed').waitFor();
  await run.getByText('"Good day, Ada."').waitFor();

  // Push, and the commit is upstream.
  await hand.press(tab('Repository'));
  await page.getByRole('region', { name: 'What a push would change' }).getByText('main.js').first().waitFor();
  await hand.press(button('Push').first());
  const dialog = page.getByRole('dialog', { name: /^Push/ });
  await hand.write(dialog.getByRole('textbox', { name: 'Commit message' }), 'Greet by day');
  await hand.press(dialog.getByRole('button', { name: 'Push', exact: true }));
  await dialog.getByText('It is pushed').waitFor();
  expect(await git.read('greet/main.js')).toBe(source('Good day', '.'));
  expect(await git.messages()).toEqual(['Greet by day', 'Begin']);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  // Both sides change the same two places.
  await git.commit({ 'greet/main.js': source('Good evening', '!') }, 'Greet by night');
  await hand.press(tab('Source'));
  await hand.write(editor, source('Good morning', '?'));
  await page.keyboard.press('Control+s');
  await page
    .getByText(/Saved as revision/)
    .first()
    .waitFor();
  await goTo(page, hand, 'Repositories');
  await hand.press(page.getByRole('link', { name: /^team/ }).first());
  await hand.press(button('Sync now'));
  await expect.poll(async () => (await client.conflicts.list()).meta.total).toBe(1);

  // Decide: the first place as it is here, the second as it is upstream.
  await goTo(page, hand, 'Conflicts');
  await hand.press(page.getByRole('link', { name: /^greet/ }).first());
  const hunk = (number: number) => page.getByRole('group', { name: `Conflict ${number} of 2` });
  await hand.choose(hunk(1).getByRole('radio', { name: 'Here', exact: true }));
  await hand.choose(hunk(2).getByRole('radio', { name: 'Upstream', exact: true }));
  await opened.expectAccessible(page);
  await hand.press(button('Save the resolution'));
  await page.getByText('It is decided', { exact: true }).waitFor();
  await hand.press(button('Push it'));
  await expect.poll(() => git.read('greet/main.js')).toBe(source('Good morning', '!'));
  expect((await client.conflicts.list()).meta.total).toBe(0);

  // Roll back to what it was at first.
  await hand.press(page.getByRole('link', { name: 'History of the task' }));
  await hand.press(button('Roll back to revision 1'));
  await hand.press(page.getByRole('dialog').getByRole('button', { name: 'Roll back', exact: true }));
  await page.getByText('It is as in revision 1 again').waitFor();
  const { items } = await client.tasks.list();
  expect((await client.tasks.get({ id: items[0]?.id ?? '' })).sourceCode).toBe(source('Hello', '.'));
}

async function goTo(page: Page, hand: Hand, label: string): Promise<void> {
  await hand.press(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: label, exact: true }));
  await page.getByRole('heading', { name: label, level: 1 }).waitFor();
}

async function signIn(page: Page, hand: Hand): Promise<void> {
  await hand.write(page.getByRole('textbox', { name: 'User name or address' }), 'admin');
  await hand.write(page.getByRole('textbox', { name: 'Password' }), adminPassword);
  await hand.press(page.getByRole('button', { name: 'Sign in', exact: true }));
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** Adds the remote, whose plan is looked at before it is carried out. */
async function addRepository({ page, git }: Opened, hand: Hand): Promise<void> {
  await goTo(page, hand, 'Repositories');
  await hand.press(page.getByRole('button', { name: 'Add a repository' }).first());
  const dialog = page.getByRole('dialog', { name: 'Add a repository' });
  const next = dialog.getByRole('button', { name: 'Next', exact: true });
  await hand.press(next);
  await hand.write(dialog.getByRole('textbox', { name: 'Name', exact: true }), 'team');
  await hand.write(dialog.getByRole('textbox', { name: 'Address' }), git.url);
  await hand.write(dialog.getByRole('textbox', { name: 'Branch' }), 'main');
  await hand.press(next);
  await hand.choose(dialog.getByRole('radio', { name: 'A new credential for this repository' }));
  await hand.write(dialog.getByRole('textbox', { name: 'Token', exact: true }), git.token);
  await hand.press(next);
  await hand.press(dialog.getByRole('button', { name: 'Save and test' }));
  await hand.press(dialog.getByRole('button', { name: 'Keep it paused and see the plan' }));
  await page.getByRole('heading', { name: 'team', level: 1 }).waitFor();
  await page.getByRole('heading', { name: /greet/ }).first().waitFor();
  await hand.press(page.getByRole('button', { name: 'Sync exactly this' }));
}
