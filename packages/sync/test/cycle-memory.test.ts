import { beforeEach, describe, expect, it } from 'vitest';
import { type CycleContext, pull } from '../src/cycle.ts';
import { type CycleMemory, cycleMemories, type Known, wholeEvery } from '../src/cycle-memory.ts';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import { Hooks } from './memory/hooks.ts';
import { MemoryRemote } from './memory/memory-remote.ts';
import { MemoryReplica } from './memory/memory-replica.ts';

const kind = createTaskKind();
const metadata = (name: string) => JSON.stringify({ name, version: '1.0.0' });
const task = (name: string, code = '() => 1') => ({
  [`${name}/metadata.json`]: metadata(name),
  [`${name}/main.js`]: code,
});

let remote: MemoryRemote;
let replica: MemoryReplica<TaskFields>;
let memory: CycleMemory;
/** What the store was asked for: paths, or everything. */
let asked: (readonly string[] | 'everything')[];
let context: CycleContext<TaskFields>;
beforeEach(async () => {
  const hooks = new Hooks();
  remote = new MemoryRemote(hooks);
  replica = new MemoryReplica<TaskFields>(kind, hooks);
  memory = { known: null };
  asked = [];
  const index = replica.index.bind(replica);
  replica.index = (paths) => {
    asked.push(paths ?? 'everything');
    return index(paths);
  };
  const scope = { watch: [], ignore: [] };
  context = { remote, replica, kind, scope, place: 'memory', policy: 'manual', memory };
  remote.change({ ...task('a'), ...task('b'), ...task('c') });
  await pull(context);
  asked = [];
});

describe('a cycle that remembers', () => {
  it('asks the store only for documents that differ', async () => {
    remote.change({ ...task('b', '() => 2'), ...task('d') });
    const { added, updated } = await pull(context);
    expect({ added, updated }).toEqual({ added: ['d'], updated: ['b'] });
    expect(asked).toEqual([['b', 'd']]);
    expect((await pull(context)).unchanged).toBe(true);
  });

  it.each<[string, () => void | Promise<void>]>([
    ['a document is gone', () => remote.change({ 'a/metadata.json': null, 'a/main.js': null })],
    ['another process took over another state', () => replica.setSeen({ head: 'h7', scope: null, problems: [] })],
    ['the store has no mark', async () => replica.setSeen({ ...(await replica.seen()), head: null })],
    [
      'it was long ago',
      () => {
        memory.known = { ...(memory.known as Known), wholeAt: performance.now() - wholeEvery };
      },
    ],
    [
      'the scope is another',
      () => {
        context = { ...context, scope: { watch: [], ignore: ['x'] } };
      },
    ],
  ])('asks for everything when %s', async (_, happen) => {
    remote.change(task('b', '() => 2'));
    await happen();
    expect((await pull(context)).updated).toEqual(['b']);
    expect(asked).toEqual(['everything']);
  });

  it('looks again at a document that could not be taken over, and deletes it when it goes', async () => {
    remote.change({ 'a/metadata.json': '{' });
    expect((await pull(context)).problems).toMatchObject([{ path: 'a/metadata.json' }]);
    remote.change(task('b', '() => 2'));
    expect((await pull(context)).problems).toMatchObject([{ path: 'a/metadata.json' }]);
    expect(asked).toEqual([['a'], ['a', 'b']]);
    remote.change({ 'a/metadata.json': null, 'a/main.js': null });
    expect((await pull(context)).deleted).toEqual(['a']);
  });

  it('looks again at a document that was in conflict, however the conflict went away', async () => {
    replica.edit('a', new Map(Object.entries({ 'metadata.json': metadata('a'), 'main.js': '() => "mine"' })));
    remote.change(task('a', '() => "theirs"'));
    expect((await pull(context)).conflicts).toEqual(['a']);
    replica.conflicts.clear();
    remote.change(task('b', '() => 2'));
    asked = [];
    expect((await pull(context)).conflicts).toEqual(['a']);
    expect(asked).toEqual([['a', 'b']]);
  });
});

describe('memories of many repositories', () => {
  const of = (count: number): Known => ({
    listing: { head: 'h', files: Array.from({ length: count }) as never, problems: [] },
    scope: '',
    documents: new Map(),
    wholeAt: 0,
  });

  it('makes room for those in use and keeps nothing that is too large', () => {
    const memories = cycleMemories();
    for (const id of ['one', 'two', 'three']) memories.of(id).known = of(90_000);
    expect(memories.of('one').known).not.toBeNull();
    expect(memories.of('three').known).not.toBeNull();
    expect(memories.of('two').known).toBeNull();
    memories.of('huge').known = of(300_000);
    expect(memories.of('huge').known).toBeNull();
    memories.forget('one');
    expect(memories.of('one').known).toBeNull();
  });
});
