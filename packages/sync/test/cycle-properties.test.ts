import { sameTree } from '@ratchet/sync-core/tree';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CycleContext, GuardTripped, planCycle, pull } from '../src/cycle.ts';
import type { CycleMemory } from '../src/cycle-memory.ts';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import { EndpointError } from '../src/problem.ts';
import { push } from '../src/push.ts';
import { Crash, Hooks } from './memory/hooks.ts';
import { MemoryRemote } from './memory/memory-remote.ts';
import { MemoryReplica } from './memory/memory-replica.ts';

const kind = createTaskKind();
/** The same histories everywhere; with more runs asked for, others. */
const more = process.env.RATCHET_PROPERTY_RUNS;
const runs = (n: number) => ({ numRuns: n * Number(more ?? 1), ...(more ? {} : { seed: 20_261_121 }) });

/** Two sides of one repository in memory, and whoever edits them. Values are only ever added, never written over. */
class World {
  readonly hooks = new Hooks();
  readonly remote = new MemoryRemote(this.hooks);
  readonly replica = new MemoryReplica<TaskFields>(kind, this.hooks);
  /** Values that someone wrote and nobody took away. */
  readonly values = new Set<string>();
  #count = 0;

  readonly memory: CycleMemory = { known: null };

  get context(): CycleContext<TaskFields> {
    const { remote, replica, memory } = this;
    return { remote, replica, kind, scope: { watch: [], ignore: [] }, place: 'memory', policy: 'manual', memory };
  }

  value(): string {
    const value = `V${++this.#count}.`;
    this.values.add(value);
    return value;
  }

  async pull(): Promise<void> {
    await this.#forced((force) => pull(this.context, force));
  }

  async push(): Promise<void> {
    const options = {
      author: { name: 'A', email: 'a@example.org' },
      message: () => 'Change',
      batchSize: 2,
      now: () => new Date(0),
      pause: async () => {},
    };
    await this.#forced((force) => push(this.context, { ...options, ...(force ? { force } : {}) }));
  }

  /** Guards are let through: with so few documents they trip often, and are not what is looked at here. */
  async #forced(work: (force?: { planId: string }) => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.memory.known = null;
      if (error instanceof GuardTripped) await work({ planId: error.plan.id });
      else if (!(error instanceof EndpointError)) throw error;
    }
  }

  async settle(): Promise<void> {
    this.remote.unreadable.clear();
    for (let round = 0; round < 3; round++) {
      await this.pull();
      await this.push();
    }
  }

  /** Every text there is, anywhere. */
  everything(): string {
    const kept = this.replica.history.flatMap((tree) =>
      [...tree.values()].map(({ digest }) => Buffer.from(this.replica.blobs.get(digest) ?? []).toString('utf8')),
    );
    return [...kept, ...this.remote.texts().values()].join('\n');
  }

  /** Every text that is somewhere now, and not in history alone. */
  current(): string {
    const trees = [...this.replica.documents.values()].map(({ tree }) => tree);
    for (const { local, remote } of this.replica.conflicts.values())
      for (const tree of [local, remote]) if (tree) trees.push(tree);
    const texts = trees.flatMap((tree) =>
      [...tree.values()].map(({ digest }) => Buffer.from(this.replica.blobs.get(digest) ?? []).toString('utf8')),
    );
    return [...texts, ...this.remote.texts().values()].join('\n');
  }

  checkKept(): void {
    const all = this.everything();
    expect([...this.values].filter((value) => !all.includes(value))).toEqual([]);
  }

  /** Both sides and the base are one, but for open conflicts; and another run would do nothing. */
  async checkSettled(): Promise<void> {
    const plan = await planCycle(this.context);
    const { localChanges, remoteChanges, baseChanges, merged } = plan.settlement;
    expect([localChanges, remoteChanges, baseChanges, merged, plan.moves, plan.detached]).toEqual([
      [],
      [],
      [],
      [],
      [],
      [],
    ]);
    for (const [path, { tree }] of this.replica.documents) {
      if (this.replica.conflicts.has(path)) continue;
      expect(sameTree(tree, this.replica.bases.get(path)?.tree ?? new Map())).toBe(true);
      for (const [name, text] of this.replica.textsAt(path))
        expect(this.remote.texts().get(`${path}/${name}`)).toBe(text);
    }
    const there = new Set([...this.remote.files.keys()].map((path) => path.split('/')[0] as string));
    for (const path of there) expect(this.replica.documents.has(path) || this.replica.conflicts.has(path)).toBe(true);
  }

  documentsThere(): string[] {
    return [...new Set([...this.remote.files.keys()].map((path) => path.split('/')[0] as string))].sort();
  }
}

const metadataOf = (name: string, uuid: boolean) =>
  `${JSON.stringify({ name, version: '1.0.0', ...(uuid ? { uuid: `00000000-0000-4000-8000-00000000000${name.length}` } : {}) }, null, 2)}\n`;
const sourceOf = () =>
  `${Array.from({ length: 3 }, (_, i) => `// slot ${i}:\nconst v${i} = 0;\n\n`).join('')}(input) => input\n`;
const added = (text: string, slot: number, value: string) =>
  text.replace(`// slot ${slot}:`, `// slot ${slot}: ${value}`);

const names = ['a', 'bb', 'ccc', 'dddd'] as const;
type Side = 'here' | 'there';
type Step =
  | { readonly kind: 'edit'; readonly side: Side; readonly doc: number; readonly slot: number }
  | { readonly kind: 'metadata' | 'file' | 'delete' | 'add'; readonly side: Side; readonly doc: number }
  | { readonly kind: 'move'; readonly doc: number }
  | { readonly kind: 'cycle'; readonly cycle: 'pull' | 'push' };

const side = fc.constantFrom<Side>('here', 'there');
const doc = fc.nat({ max: names.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('edit' as const), side, doc, slot: fc.nat({ max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('metadata' as const, 'file' as const), side, doc }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), side, doc }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), side, doc }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('move' as const), doc }) },
);
const cycles: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('cycle' as const),
  cycle: fc.constantFrom('pull' as const, 'push' as const),
});
/** Both sides in step over some documents, then some changes on either. */
const changes = fc.array(step, { minLength: 1, maxLength: 6 });
const histories = fc.array(fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: cycles }), {
  maxLength: 14,
});

async function start(): Promise<World> {
  const world = new World();
  for (const [i, name] of names.slice(0, 3).entries())
    world.remote.change({ [`${name}/metadata.json`]: metadataOf(name, i % 2 === 0), [`${name}/main.js`]: sourceOf() });
  await world.pull();
  return world;
}

async function act(world: World, step: Step): Promise<void> {
  if (step.kind === 'cycle') return world[step.cycle]();
  const name = names[step.doc] ?? 'a';
  if (step.kind === 'move') return moveThere(world, name);
  if (step.side === 'there') return actThere(world, step, name);
  const files = world.replica.textsAt(name);
  if (step.kind === 'add') {
    if (files.size === 0 && !world.replica.documents.has(name))
      world.replica.edit(
        name,
        new Map([
          ['metadata.json', metadataOf(name, false)],
          ['main.js', added(sourceOf(), 0, world.value())],
        ]),
      );
    return;
  }
  if (files.size === 0) return;
  if (step.kind === 'delete') return void world.replica.edit(name, null);
  world.replica.edit(name, changed(world, step, files));
}

function actThere(world: World, step: Exclude<Step, { kind: 'cycle' | 'move' }>, name: string): void {
  const texts = world.remote.texts();
  const files = new Map(
    [...texts].flatMap(([path, text]) => (path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), text]] : [])),
  );
  const prefixed = (entries: Iterable<[string, string | null]>) =>
    Object.fromEntries([...entries].map(([path, text]) => [`${name}/${path}`, text]));
  if (step.kind === 'add') {
    if (files.size === 0)
      world.remote.change(
        prefixed([
          ['metadata.json', metadataOf(name, false)],
          ['main.js', added(sourceOf(), 0, world.value())],
        ]),
      );
    return;
  }
  if (files.size === 0) return;
  if (step.kind === 'delete') {
    world.remote.change(prefixed([...files.keys()].map((path) => [path, null])));
    // What a user takes away before anyone saw it is gone by their own hand.
    const all = world.everything();
    for (const value of world.values) if (!all.includes(value)) world.values.delete(value);
    return;
  }
  const next = changed(world, step, files);
  world.remote.change(prefixed([...next].filter(([path, text]) => files.get(path) !== text)));
}

function moveThere(world: World, name: string): void {
  const texts = [...world.remote.texts()].filter(([path]) => path.startsWith(`${name}/`));
  const to = `${name}-moved`;
  if (texts.length === 0 || world.remote.files.has(`${to}/metadata.json`)) return;
  world.remote.change(
    Object.fromEntries(
      texts.flatMap(([path, text]) => [
        [path, null],
        [to + path.slice(name.length), text],
      ]),
    ),
  );
}

/** The files of a document with one value more. */
function changed(world: World, step: Step, files: ReadonlyMap<string, string>): Map<string, string> {
  const next = new Map(files);
  const value = world.value();
  if (step.kind === 'metadata') {
    const metadata = JSON.parse(files.get('metadata.json') ?? '{}') as { tags?: string[] };
    next.set('metadata.json', `${JSON.stringify({ ...metadata, tags: [...(metadata.tags ?? []), value] }, null, 2)}\n`);
  } else if (step.kind === 'file') next.set(`data-${value}txt`, value);
  else if (step.kind === 'edit') next.set('main.js', added(files.get('main.js') ?? sourceOf(), step.slot, value));
  return next;
}

async function after(steps: readonly Step[]): Promise<World> {
  const world = await start();
  for (const each of steps) await act(world, each);
  return world;
}

describe('a cycle, whatever happened', () => {
  it('loses no value, comes to rest with both sides equal, and then does nothing (1, 2, 3)', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const world = await after(steps);
        await world.settle();
        world.checkKept();
        await world.checkSettled();
      }),
      runs(120),
    );
  });

  it('deletes only what the other side left as both had agreed (4)', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const world = await after(steps);
        await world.settle();
        for (const { local, base } of world.replica.deleted) expect(base !== null && sameTree(local, base)).toBe(true);
      }),
      runs(60),
    );
  });

  it('plans the same in whatever order the remote lists (6)', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(), async (steps, seed) => {
        const world = await after(steps);
        const first = await planCycle(world.context);
        world.remote.order = (files) =>
          [...files].sort((x, y) => ((x.path.length * seed) % 7) - ((y.path.length * seed) % 7)).reverse();
        expect((await planCycle(world.context)).id).toBe(first.id);
      }),
      runs(60),
    );
  });

  it.each(['pull', 'push'] as const)(
    'that ends at any call of a %s goes on from there: nothing lost, nothing twice (7)',
    async (cycle) => {
      await fc.assert(
        fc.asyncProperty(changes, async (steps) => {
          const whole = await after(steps);
          whole.hooks.calls = 0;
          await whole[cycle]();
          const points = whole.hooks.calls;
          for (let n = 0; n < points; n++) {
            const world = await after(steps);
            world.hooks.at(n, () => {
              throw new Crash();
            });
            await world[cycle]().catch((error) => {
              if (!(error instanceof Crash)) throw error;
            });
            await world.settle();
            world.checkKept();
            await world.checkSettled();
            expect(new Set(world.remote.published).size).toBe(world.remote.published.length);
            for (const value of world.values) expect(times(world, value)).toBeLessThanOrEqual(1);
          }
        }),
        runs(12),
      );
    },
    120_000,
  );

  it.each([
    ['pull', 'here'],
    ['pull', 'there'],
    ['push', 'here'],
    ['push', 'there'],
  ] as const)(
    'takes an edit at any call of a %s, %s, and keeps it (8)',
    async (cycle, where) => {
      await fc.assert(
        fc.asyncProperty(changes, fc.nat({ max: 2 }), async (history, target) => {
          // The other side changed the same document, so that there is something to write over it.
          const other = where === 'here' ? 'there' : 'here';
          const steps: Step[] = [...history, { kind: 'edit', side: other, doc: target, slot: 0 }];
          const whole = await after(steps);
          whole.hooks.calls = 0;
          await whole[cycle]();
          const points = whole.hooks.calls;
          for (let n = 0; n < points; n++) {
            const world = await after(steps);
            const before = new Set(world.values);
            world.hooks.at(n, () => act(world, { kind: 'edit', side: where, doc: target, slot: 1 }));
            await world[cycle]();
            const edited = [...world.values].filter((value) => !before.has(value));
            for (const value of edited) expect(world.current()).toContain(value);
            await world.settle();
            for (const value of edited) expect(world.current()).toContain(value);
            world.checkKept();
            await world.checkSettled();
          }
        }),
        runs(6),
      );
    },
    120_000,
  );

  it('deletes nothing because it could not be read (9)', async () => {
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.subarray(['*', 'a/main.js', 'bb/metadata.json', 'ccc/main.js'], { minLength: 1 }),
        async (steps, lost) => {
          const world = await after(steps.filter((each) => each.kind !== 'delete' && each.kind !== 'move'));
          const before = [new Set(world.replica.documents.keys()), new Set(world.remote.files.keys())];
          for (const path of lost) world.remote.unreadable.add(path);
          await world.pull();
          await world.push();
          for (const path of before[0] ?? []) expect(world.replica.documents.has(path)).toBe(true);
          for (const path of before[1] ?? []) expect(world.remote.files.has(path)).toBe(true);
          await world.settle();
          world.checkKept();
          await world.checkSettled();
        },
      ),
      runs(60),
    );
  });
});

/** How often a value stands in the remote's sources: a push that was done twice would show. */
function times(world: World, value: string): number {
  const sources = [...world.remote.texts()].filter(([path]) => path.endsWith('main.js')).map(([, text]) => text);
  const documents = sources.filter((text) => text.includes(value));
  return Math.max(0, ...documents.map((text) => text.split(value).length - 1));
}
