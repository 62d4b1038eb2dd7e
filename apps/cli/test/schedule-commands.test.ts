import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-schedule-commands-'));
  const task = join(folder, 'tasks', 'twice');
  mkdirSync(task, { recursive: true });
  writeFileSync(join(task, 'metadata.json'), '{"name": "twice", "version": "1.0.0"}\n');
  writeFileSync(join(task, 'main.js'), '(input) => input.n * 2\n');
  server = await serve(folder);
  await ratchet('repo', 'add', 'tasks', join(folder, 'tasks'));
  await ratchet('sync', 'tasks');
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const ratchet = (...args: string[]) => runCommand(folder, ['--server', server.address, ...args]);

const json = async (...args: string[]) => JSON.parse((await ratchet('--json', ...args)).stdout);

describe('schedule', () => {
  it('is created, previewed, edited, disabled, enabled, triggered and deleted by name', async () => {
    const made = await ratchet(
      'schedule',
      'create',
      'twice',
      '30 2 * * *',
      '--name',
      'nightly',
      '--timezone',
      'Europe/Berlin',
      '--input',
      '{"n": 21}',
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/nextRunAt +20/) });
    expect((await ratchet('schedule', 'list')).stdout).toMatch(/nightly +twice +30 2 \* \* \* +Europe\/Berlin +true/);
    const preview = await ratchet('schedule', 'preview', 'nightly', '--count', '2', '--from', '2026-03-28T12:00:00Z');
    expect(preview.stdout).toMatch(/2026-03-29T03:00:00\+02:00 .*\n2026-03-30T02:30:00\+02:00 /);
    expect(
      await json('schedule', 'edit', 'nightly', '--cron', '@hourly', '--retries', '2', '--overlap', 'skip'),
    ).toMatchObject({
      cron: '@hourly',
      timezone: 'Europe/Berlin',
      input: { n: 21 },
      maxRetries: 2,
      overlap: 'skip',
      revision: 2,
    });
    expect(await json('schedule', 'disable', 'nightly')).toMatchObject({ enabled: false, nextRunAt: null });
    expect(await json('schedule', 'enable', 'nightly')).toMatchObject({ enabled: true, nextRunAt: expect.any(String) });
    const job = await json('schedule', 'trigger', 'nightly');
    await expect.poll(async () => (await json('job', 'show', job.id)).status, { timeout: 30_000 }).toBe('completed');
    expect(await json('schedule', 'show', 'nightly')).toMatchObject({ lastJobId: job.id });
    expect((await ratchet('schedule', 'delete', 'nightly')).code).toBe(0);
    expect((await ratchet('schedule', 'list')).stdout).toContain('Nothing.');
  });

  it.each<[string[], number, RegExp]>([
    [['schedule', 'create', 'twice', '0 25 * * *'], 2, /cron: .*Invalid value for hour: 25/],
    [['schedule', 'create', 'twice', '* * *'], 2, /has 3 fields/],
    [['schedule', 'create', 'twice', '@daily', '--timezone', 'Berlin'], 2, /no time zone "Berlin"/],
    [['schedule', 'create', 'twice', '@daily', '--overlap', 'maybe'], 2, /overlap/],
    [['schedule', 'create', 'nothing', '@daily'], 1, /There is no task/],
    [['schedule', 'show', 'nothing'], 1, /There is no schedule/],
    [['schedule', 'edit', 'nothing'], 2, /Say what to change/],
    [['worker', 'scale', 'many'], 2, /a number/],
    [['worker', 'scale', '65'], 2, /concurrency/],
    [['worker', 'drain', '01930f3e-0000-7000-8000-000000000000'], 1, /There is no worker/],
  ])('%j: code %i', async (args, code, said) => {
    const ended = await ratchet(...args);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(said)]);
    expect(ended.stderr).not.toContain('    at ');
  });
});

it('worker: listed, scaled, drained and resumed', async () => {
  const [worker] = (await json('worker', 'list')).items;
  expect(worker).toMatchObject({ role: 'all', status: 'active', concurrency: 2, desiredConcurrency: null });
  expect((await ratchet('worker', 'list')).stdout).toContain(worker.id);
  expect((await ratchet('worker', 'scale', '3')).stdout).toMatch(/DESIREDCONCURRENCY/);
  await expect.poll(async () => (await json('worker', 'show', worker.id)).concurrency, { timeout: 30_000 }).toBe(3);
  expect((await ratchet('worker', 'drain', worker.id)).stdout).toMatch(/status +draining/);
  const { id } = await json('job', 'create', 'twice', '--input', '{"n": 1}');
  expect(await json('worker', 'stats')).toMatchObject({ total: 1, byStatus: { draining: 1 }, concurrency: 0 });
  expect((await json('job', 'show', id)).status).toBe('queued');
  expect((await ratchet('worker', 'drain', worker.id, '--resume')).stdout).toMatch(/status +active/);
  await expect.poll(async () => (await json('job', 'show', id)).status, { timeout: 30_000 }).toBe('completed');
});
