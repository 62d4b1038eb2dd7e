import type { Database } from '@ratchet/store/database';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Opened, openPage } from './harness.ts';
import { emptyFrames, type Frames, scrollFrames, share } from './smooth.ts';

const [taskCount, executionCount, lineCount] = [10_000, 100_000, 20_000];
const executionId = '00000000-0000-4000-8000-000000000001';
/** More than a screen has room for; all of a list is never drawn. */
const mostDrawn = 300;

let opened: Opened;
let page: Page;
let empty: Frames;
beforeAll(async () => {
  opened = await openPage({ fill });
  ({ page } = opened);
  const blank = await opened.newPage();
  empty = await emptyFrames(blank.page);
  await blank.page.close();
});

async function fill({ pool }: Database): Promise<void> {
  await pool.query(`
    insert into ratchet.tasks (id, uuid, name, description, version, tags, metadata, input_schema, output_schema,
      source_code, source_type, storage_type, entry, problems, tree, checksum, revision, sync_status, push_status,
      needs_push, enabled, created_from, created_at, updated_at)
    select gen_random_uuid(), gen_random_uuid()::text, 'task ' || lpad(n::text, 5, '0'), 'Does ' || md5(n::text), '1.0.0',
      array['tag' || n % 50], '{}', '{"type":"object"}', '{"type":"object"}', '() => 1', 'javascript', 'folder', 'main.js', '[]',
      '{}', md5(n::text), 1, 'local', 'not_required', false, true, 'api', now() - make_interval(secs => n), now()
    from generate_series(1, ${taskCount}) n`);
  await pool.query(`
    insert into ratchet.executions (id, task_name, task_version, task_revision, status, input, output, triggered_by,
      queued_at, started_at, finished_at, duration_ms)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'task ' || lpad((n % 10000)::text, 5, '0'), '1.0.0', 1,
      case when n % 9 = 0 then 'failed' else 'completed' end, '{}', '1', 'admin', now() - make_interval(secs => n),
      now() - make_interval(secs => n), now() - make_interval(secs => n), n % 700
    from generate_series(1, ${executionCount}) n`);
  await pool.query(`
    insert into ratchet.execution_events (execution_id, type, level, message)
    select '${executionId}', 'log', case when n % 50 = 0 then 'warn' else 'info' end, 'Line ' || n || ' ' || repeat(md5(n::text), 1 + n % 6)
    from generate_series(1, ${lineCount}) n`);
  await pool.query('analyze ratchet.tasks, ratchet.executions, ratchet.execution_events');
}

/** How smooth it is depends on what else the machine does, so it is said and not judged; what is drawn decides it. */
function say(what: string, frames: Frames): void {
  const [usual, late] = [share(frames, 0.5), share(frames, 0.75)];
  console.log(
    `${what}: half of the frames within ${usual.toFixed(1)} ms, three quarters within ${late.toFixed(1)}; on an empty page ` +
      `${share(empty, 0.5).toFixed(1)} and ${share(empty, 0.75).toFixed(1)}`,
  );
}

const rows = () => page.getByRole('main').getByRole('row').count();

describe('draws no more than is seen while it is scrolled', () => {
  it.each([
    ['10,000 tasks', '/tasks', 'Tasks', '10,000'],
    ['100,000 executions', '/executions', 'Executions', '100,000'],
  ])('through %s', async (title, path, label, total) => {
    await page.goto(`${opened.origin}${path}`);
    const table = page.getByRole('table', { name: label, exact: true });
    await table.getByRole('row').nth(5).waitFor();
    await page.getByText(total).first().waitFor();
    for (const _again of [1, 2]) {
      say(title, await scrollFrames(table));
      expect(await rows()).toBeLessThan(mostDrawn);
    }
  });

  it('through a log of 20,000 lines', async () => {
    await page.goto(`${opened.origin}/executions/${executionId}?tab=logs`);
    const log = page.getByRole('log');
    await page.getByRole('tab', { name: 'Log (20,000)' }).waitFor();
    say('20,000 lines', await scrollFrames(log));
    expect(await log.locator('> * > *').count()).toBeLessThan(mostDrawn);
  });
});
