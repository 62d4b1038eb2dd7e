import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { sameTree } from '@ratchet/sync-core/tree';
import { createHttpFileServer, type HttpFault, type HttpFileServerOptions } from '@ratchet/testing/http-file-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import yazl from 'yazl';
import { type CycleContext, GuardTripped, planCycle, pull } from '../src/cycle.ts';
import type { CycleMemory } from '../src/cycle-memory.ts';
import { createHttpRemote } from '../src/endpoints/http/http-remote.ts';
import { createZipRemote } from '../src/endpoints/zip/zip-remote.ts';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import { EndpointError } from '../src/problem.ts';
import { push } from '../src/push.ts';
import type { Remote } from '../src/remote.ts';
import { Crash, Hooks } from './memory/hooks.ts';
import { MemoryReplica } from './memory/memory-replica.ts';

let folder: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-cycle-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** The far side, as its owner sees it. */
interface Place {
  /** As a process finds it that has just started. */
  open(): Remote;
  texts(): Promise<Map<string, string>>;
  change(changes: Readonly<Record<string, string | null>>): Promise<void>;
  readonly faults?: (HttpFault | null)[];
}

function changedTexts(texts: Map<string, string>, changes: Readonly<Record<string, string | null>>) {
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) texts.delete(path);
    else texts.set(path, text);
  }
  return texts;
}

async function zipPlace(): Promise<Place> {
  const path = join(mkdtempSync(join(folder, 'zip-')), 'tasks.zip');
  const texts = async () => {
    const remote = createZipRemote({ path });
    const found = new Map<string, string>();
    for await (const { file, bytes } of remote.read((await remote.list()).files))
      found.set(file.path, Buffer.from(bytes).toString('utf8'));
    return found;
  };
  return {
    open: () => createZipRemote({ path }),
    texts,
    async change(changes) {
      const zip = new yazl.ZipFile();
      for (const [name, text] of changedTexts(await texts(), changes))
        zip.addBuffer(Buffer.from(text), name, { compress: false });
      zip.end();
      writeFileSync(path, await buffer(zip.outputStream));
    },
  };
}

const httpPlace = (options: HttpFileServerOptions) => async (): Promise<Place> => {
  const server = await createHttpFileServer(options);
  closing.push(() => server.close());
  const isFile = options.index === 'file';
  const texts = async () =>
    new Map([...server.files].flatMap(([path, b]) => (path === 'index.json' ? [] : [[path, b.toString('utf8')]])));
  if (isFile) server.put('index.json', JSON.stringify({ version: 1, by: 'hand', files: [] }));
  return {
    open: () => createHttpRemote({ url: server.url, journalDir: join(folder, 'journal'), timeoutMs: 2000 }),
    texts,
    async change(changes) {
      const all = changedTexts(await texts(), changes);
      for (const path of Object.keys(changes)) server.files.delete(path);
      for (const [path, text] of all) server.put(path, text);
      if (isFile) server.put('index.json', JSON.stringify({ version: 1, by: 'hand', files: [...all.keys()].sort() }));
    },
    faults: server.faults,
  };
};

const places: readonly [string, () => Promise<Place>][] = [
  ['a zip file', zipPlace],
  ['a registry that makes its index', httpPlace({})],
  ['a registry that names ETags', httpPlace({ index: 'tags', tagsOnPut: true })],
  ['a registry that only lists paths, without ETags', httpPlace({ index: 'paths', tags: 'none' })],
  ['a registry whose index is a file', httpPlace({ index: 'file' })],
  ['a registry that takes changes whole', httpPlace({ changes: true })],
];

const kind = createTaskKind();
const metadata = (name: string, more: object = {}) =>
  `${JSON.stringify({ name, version: '1.0.0', description: 'first', ...more }, null, 2)}\n`;
const source = (n: number) => `(input) => {\n  return input.n * ${n};\n}\n`;

/** A repository kept in step with a place, by processes of which each may end at any time. */
class World {
  readonly hooks = new Hooks();
  readonly replica = new MemoryReplica<TaskFields>(kind, this.hooks);
  readonly place: Place;
  #remote: Remote;

  constructor(place: Place) {
    this.place = place;
    this.#remote = place.open();
  }

  memory: CycleMemory = { known: null };

  get context(): CycleContext<TaskFields> {
    const scope = { watch: [], ignore: [] };
    const { replica, memory } = this;
    return { remote: this.#remote, replica, kind, scope, place: 'place', policy: 'manual', memory };
  }

  restart(): void {
    this.#remote = this.place.open();
    this.memory = { known: null };
  }

  pull = () => this.#forced((force) => pull(this.context, force));
  push = () =>
    this.#forced((force) =>
      push(this.context, {
        author: { name: 'A', email: 'a@example.org' },
        message: () => 'Change',
        batchSize: 2,
        now: () => new Date('2025-01-01T00:00:00Z'),
        pause: async () => {},
        ...(force ? { force } : {}),
      }),
    );

  async #forced<T>(work: (force?: { planId: string }) => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GuardTripped) return work({ planId: error.plan.id });
      throw error;
    }
  }

  edit(path: string, changes: Readonly<Record<string, string>>): void {
    expect(this.replica.edit(path, new Map([...this.replica.textsAt(path), ...Object.entries(changes)]))).toBe(true);
  }

  /** Both sides and the base are one, and another run would do nothing. */
  async checkSettled(): Promise<void> {
    const { settlement } = await planCycle(this.context);
    const { localChanges, remoteChanges, baseChanges, merged, conflicts } = settlement;
    expect([localChanges, remoteChanges, baseChanges, merged, conflicts]).toEqual([[], [], [], [], []]);
    const here = new Map<string, string>();
    for (const [path, { tree }] of this.replica.documents) {
      expect(sameTree(tree, this.replica.bases.get(path)?.tree ?? new Map())).toBe(true);
      for (const [name, text] of this.replica.textsAt(path)) here.set(`${path}/${name}`, text);
    }
    expect([...(await this.place.texts())].sort()).toEqual([...here].sort());
  }
}

const first = {
  'one/metadata.json': metadata('One'),
  'one/main.js': source(1),
  'one/notes ü.txt': 'kept as it is\r\n',
  'two/metadata.json': metadata('Two'),
  'two/main.js': source(2),
  'three/metadata.json': metadata('Three'),
  'three/main.js': source(3),
};

async function started(make: () => Promise<Place>): Promise<World> {
  const world = new World(await make());
  await world.place.change(first);
  await world.pull();
  return world;
}

describe.each(places)('%s', (_, make) => {
  it('is pulled, edited, pushed, merged, and loses and gains tasks on both sides', async () => {
    const world = await started(make);
    expect([...world.replica.documents.keys()].sort()).toEqual(['one', 'three', 'two']);
    await world.checkSettled();

    world.edit('one', { 'main.js': source(10) });
    world.edit('four', { 'metadata.json': metadata('Four'), 'main.js': source(4) });
    const { outcomes } = await world.push();
    expect(outcomes.map(({ path, error }) => [path, error]).sort()).toEqual([
      ['four', null],
      ['one', null],
    ]);
    expect((await world.place.texts()).get('one/main.js')).toBe(source(10));
    expect((await world.place.texts()).get('one/notes ü.txt')).toBe('kept as it is\r\n');
    await world.checkSettled();

    await world.place.change({ 'two/metadata.json': metadata('Two', { description: 'from there' }) });
    world.edit('two', { 'metadata.json': metadata('Two', { label: 'from here' }) });
    await world.pull();
    await world.push();
    expect(JSON.parse((await world.place.texts()).get('two/metadata.json') ?? '')).toMatchObject({
      description: 'from there',
      label: 'from here',
    });
    await world.checkSettled();

    world.replica.edit('three', null);
    await world.place.change({ 'four/metadata.json': null, 'four/main.js': null });
    await world.pull();
    await world.push();
    expect([...world.replica.documents.keys()].sort()).toEqual(['one', 'two']);
    expect([...(await world.place.texts()).keys()].some((path) => /^(three|four)/.test(path))).toBe(false);
    await world.checkSettled();
  });

  it('keeps what both sides wrote differently until someone decides', async () => {
    const world = await started(make);
    world.edit('one', { 'main.js': source(10) });
    await world.place.change({ 'one/main.js': source(20) });
    const { outcomes } = await world.push();
    expect(outcomes).toMatchObject([{ path: 'one', error: { code: 'SYNC_CONFLICT' } }]);
    expect(world.replica.textsAt('one').get('main.js')).toBe(source(10));
    expect((await world.place.texts()).get('one/main.js')).toBe(source(20));
  });

  it('is pushed to by processes that end at any call, and nothing is lost', async () => {
    const edited = async () => {
      const world = await started(make);
      world.edit('one', { 'main.js': source(10), 'more.txt': 'more' });
      world.edit('four', { 'metadata.json': metadata('Four'), 'main.js': source(4) });
      world.replica.edit('three', null);
      world.hooks.calls = 0;
      return world;
    };
    const whole = await edited();
    await whole.push();
    const points = whole.hooks.calls;
    await whole.checkSettled();
    const expected = [...(await whole.place.texts())].sort();
    for (let n = 0; n < points; n++) {
      const world = await edited();
      world.hooks.at(n, () => {
        throw new Crash();
      });
      await expect(world.push()).rejects.toThrow(Crash);
      world.restart();
      await world.push();
      await world.push();
      expect([...(await world.place.texts())].sort()).toEqual(expected);
      await world.checkSettled();
    }
  });
});

describe.each(places.slice(1))('%s that fails', (_, make) => {
  it.each(['die', 'lost', 'short', { status: 503 }] as const)(
    'with %j at any request of a push: nothing is lost, and the next pushes carry the rest',
    async (fault) => {
      for (let n = 0, isReached = true; isReached; n++) {
        const world = await started(make);
        world.edit('one', { 'main.js': source(10), 'more.txt': 'more' });
        world.edit('four', { 'metadata.json': metadata('Four'), 'main.js': source(4) });
        const faults = world.place.faults as (HttpFault | null)[];
        faults.push(...Array.from({ length: n }, () => null), fault);
        await world.push().catch((error) => {
          if (!(error instanceof EndpointError)) throw error;
        });
        isReached = faults.length === 0;
        faults.length = 0;
        for (let again = 0; again < 3; again++) await world.push();
        const texts = await world.place.texts();
        expect([texts.get('one/main.js'), texts.get('one/more.txt'), texts.get('four/main.js')]).toEqual([
          source(10),
          'more',
          source(4),
        ]);
        expect(world.replica.textsAt('one').get('main.js')).toBe(source(10));
        await world.checkSettled();
      }
    },
  );
});

describe('a zip file and a document that it cannot hold', () => {
  const edited = async () => {
    const world = await started(zipPlace);
    world.edit('one', { 'main.js': source(10), 'back\\slash.txt': 'x' });
    world.edit('two', { 'main.js': source(20) });
    world.hooks.calls = 0;
    return world;
  };

  it('takes the other documents of the push, and says why not this one', async () => {
    const world = await edited();
    const { outcomes } = await world.push();
    expect(outcomes.map(({ path, error }) => [path, error?.code ?? null]).sort()).toEqual([
      ['one', 'PUSH_REJECTED'],
      ['two', null],
    ]);
    expect(outcomes.find(({ path }) => path === 'one')?.error?.message).toContain('back\\slash.txt cannot be written');
    const texts = await world.place.texts();
    expect([texts.get('one/main.js'), texts.get('two/main.js')]).toEqual([source(1), source(20)]);
  });

  it('loses nothing of it, wherever the process ends', async () => {
    const whole = await edited();
    await whole.push();
    for (let n = 0, points = whole.hooks.calls; n < points; n++) {
      const world = await edited();
      world.hooks.at(n, () => {
        throw new Crash();
      });
      await expect(world.push()).rejects.toThrow(Crash);
      world.restart();
      await world.push();
      expect(world.replica.textsAt('one').get('back\\slash.txt')).toBe('x');
      expect(world.replica.textsAt('one').get('main.js')).toBe(source(10));
      expect((await world.place.texts()).get('two/main.js')).toBe(source(20));
    }
  });
});
