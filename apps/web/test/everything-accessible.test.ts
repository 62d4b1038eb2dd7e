import type { Client } from '@ratchet/client/create-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { nav } from '../src/app/nav.ts';
import { type GitRemote, type Opened, openPage } from './harness.ts';

/** Every page of the navigation, and one of each kind that a list leads to. */
const pages = nav.flatMap(({ items }) => items.map(({ to, label }): [string, string] => [label, to]));

let opened: Opened;
let ids: Awaited<ReturnType<typeof fill>>;
beforeAll(async () => {
  opened = await openPage({
    data: async (client, git) => {
      ids = await fill(client, git);
    },
  });
});

/** Something of everything, so that no page is looked at while it is empty. */
async function fill(client: Client, git: GitRemote) {
  const repository = await git.connect(client);
  const tasks = await client.tasks.list();
  const idOf = (name: string) => tasks.items.find((task) => task.name === name)?.id ?? '';
  const task = await client.tasks.get({ id: idOf('greet') });
  const execution = await client.tasks.run({ id: task.id, input: { name: 'Ada' }, wait: true });
  await client.tasks.run({ id: task.id, input: { name: 'Ada' }, wait: true });
  await client.tasks.run({ id: idOf('twice'), input: { n: 2 }, wait: true });
  const job = await client.jobs.create({ taskId: task.id, input: { name: 'Ada' } });
  const schedule = await client.schedules.create({
    name: 'nightly',
    taskId: task.id,
    cron: '0 3 * * *',
    input: { name: 'Ada' },
  });
  const output = await client.outputDestinations.create({
    name: 'webhook',
    type: 'webhook',
    config: { url: 'http://127.0.0.1:9/' },
  });
  await client.secrets.create({ name: 'TOKEN', value: 'a secret' });
  await client.tasks.updateSource({ id: task.id, sourceCode: task.sourceCode.replace("'Hello'", "'Good day'") });
  await git.commit({ 'greet/main.js': task.sourceCode.replace("'Hello'", "'Welcome'") });
  const { conflicts } = await client.repositories.sync({ id: repository.id });
  return {
    task: task.id,
    repository: repository.id,
    execution: execution.id,
    job: job.id,
    schedule: schedule.id,
    output: output.id,
    conflict: conflicts[0]?.id ?? '',
  };
}

/** Whatever the page still fetches or draws has come. */
async function settled(opened: Opened): Promise<void> {
  await opened.page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect.poll(() => opened.page.locator('[aria-busy="true"], .mantine-Skeleton-root').count()).toBe(0);
}

async function look(path: string): Promise<void> {
  await opened.page.goto(`${opened.origin}${path}`);
  await settled(opened);
  expect(await opened.page.getByRole('heading', { level: 1 }).count(), 'headings of the first level').toBe(1);
  expect(await opened.page.title(), 'the name in the browser’s tab').toMatch(/ · Ratchet$/);
  await opened.expectAccessible(opened.page);
  await opened.page.setViewportSize({ width: 390, height: 800 });
  try {
    const beyond = () => opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    // What is laid out by script follows the window a little later.
    await expect.poll(beyond, { message: 'what is wider than a phone', timeout: 5000 }).toBeLessThanOrEqual(0);
    await opened.expectAccessible(opened.page);
  } finally {
    await opened.page.setViewportSize({ width: 1280, height: 800 });
  }
}

describe('wide and on a phone, in light and dark, axe finds nothing serious', () => {
  it.each(pages)('on %s', async (_label, path) => {
    await look(path);
  });
  it.each([
    ['a task', () => `/tasks/${ids.task}`],
    ['a task’s run form', () => `/tasks/${ids.task}?tab=run`],
    ['a task’s tests', () => `/tasks/${ids.task}?tab=tests`],
    ['a task’s history', () => `/tasks/${ids.task}?tab=history`],
    ['a task’s runs', () => `/tasks/${ids.task}?tab=runs`],
    ['a task’s repository', () => `/tasks/${ids.task}?tab=repository`],
    ['a repository', () => `/repositories/${ids.repository}`],
    ['a conflict', () => `/conflicts/${ids.conflict}`],
    ['an execution', () => `/executions/${ids.execution}`],
    ['a job', () => `/jobs/${ids.job}`],
    ['a schedule', () => `/schedules/${ids.schedule}`],
    ['an output', () => `/outputs/${ids.output}`],
    ['an address that leads nowhere', () => '/nowhere'],
  ])('on %s', async (_label, path) => {
    await look(path());
  });
});
