import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SyncNews, syncFeed } from '../src/sync-feed.ts';
import { manual, metadata, source, una, workbench } from './workbench.ts';

let bench: Awaited<ReturnType<typeof workbench>>;
let news: ReturnType<typeof syncFeed>;
beforeAll(async () => {
  bench = await workbench({ 'one/metadata.json': metadata('one'), 'one/main.js': source });
  news = syncFeed(bench.context);
});
afterAll(async () => {
  await news.close();
  await bench.close();
});

async function follow() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const changes = news.follow({ wanted: () => true, opened: resolve });
  let next: Promise<IteratorResult<SyncNews>> | null = changes.next();
  await promise;
  return {
    async take(count: number): Promise<SyncNews[]> {
      const all: SyncNews[] = [];
      while (all.length < count) {
        const one = await (next ?? changes.next());
        next = null;
        if (one.done) throw new Error('The feed ended.');
        all.push(one.value);
      }
      return all;
    },
  };
}
const types = (all: readonly SyncNews[]) => all.map(({ event }) => event.type);

describe('what happens between the database and a repository', () => {
  it('is told as it happens: syncs, pushes, conflicts, and why something failed', async () => {
    await bench.sync.sync(bench.repositoryId, manual);
    const reader = await follow();
    await bench.sync.sync(bench.repositoryId, manual);
    const synced = await reader.take(2);
    expect(types(synced)).toEqual(['sync_started', 'sync_completed']);
    expect(new Set(synced.map(({ event }) => event.runId)).size).toBe(1);
    expect(synced[0]?.event).toMatchObject({ repositoryId: bench.repositoryId, conflictId: null, message: null });

    const task = await bench.taskAt('one');
    await bench.editor.patch(task.id, { sourceCode: source.replace('a = 1', 'a = 10') }, { actor: una });
    await bench.sync.push(bench.repositoryId, manual);
    expect(types(await reader.take(1))).toEqual(['push_completed']);

    await bench.editor.patch(task.id, { sourceCode: source.replace('a = 1', 'a = 20') }, { actor: una });
    await bench.upstream.commit({ 'one/main.js': source.replace('a = 1', 'a = 30') });
    await bench.sync.sync(bench.repositoryId, manual);
    const found = await reader.take(3);
    expect(types(found).sort()).toEqual(['conflict_detected', 'sync_completed', 'sync_started']);
    const conflict = found.find(({ event }) => event.type === 'conflict_detected');
    expect(conflict).toMatchObject({ event: { taskId: task.id, runId: null }, task: { name: 'one' } });

    const id = conflict?.event.conflictId ?? '';
    await bench.desk.resolve({ id, resolution: 'take_local' }, una);
    expect((await reader.take(1))[0]?.event).toMatchObject({ type: 'conflict_resolved', conflictId: id });

    await bench.registry.change(bench.repositoryId, { branch: 'nowhere' });
    await expect(bench.sync.sync(bench.repositoryId, manual)).rejects.toThrow();
    const failed = await reader.take(2);
    expect(types(failed)).toEqual(['sync_started', 'sync_failed']);
    expect(failed[1]?.event.message).toMatch(/nowhere/);
  });
});
