import { setTimeout as sleep } from 'node:timers/promises';
import { RatchetError } from '@ratchet/contract/errors';
import { type ServerProcess, serve } from '../server-process.ts';
import { addToMetadata, addToSource, newMetadata, newSource, randomFrom, valuesIn } from './documents.ts';
import type { Place } from './places.ts';

interface Kept {
  readonly place: Place;
  readonly id: string;
  /** Metadata that the fuzz broke on purpose, by path, as it was. */
  readonly broken: Map<string, string>;
}

/** What went on, for who reads a failure. */
export interface Told {
  readonly steps: string[];
  readonly errors: Map<string, number>;
}

export interface Fuzz {
  readonly told: Told;
  /** Values that someone wrote and nobody took away. */
  readonly values: ReadonlySet<string>;
  step(): Promise<void>;
  /** Mends what fails, and syncs, resolves and pushes until nothing changes any more. */
  settle(): Promise<void>;
  readonly kept: readonly Kept[];
  readonly server: () => ServerProcess;
  close(): Promise<void>;
}

/** Users, integrators and the world, all at once, by chance that a seed decides. */
export async function startFuzz(folder: string, places: readonly Place[], seed: number): Promise<Fuzz> {
  const random = randomFrom(seed);
  const told: Told = { steps: [], errors: new Map() };
  const values = new Set<string>();
  let server = await serve(folder);
  let count = 0;
  let documents = 0;
  const newValue = () => `V${++count}.`;
  const note = (text: string) => void told.steps.push(`${told.steps.length} ${text}`);

  const kept: Kept[] = [];
  for (const place of places) {
    const { id } = await server.client.repositories.create({
      name: place.kind,
      syncIntervalMinutes: 0,
      syncEnabled: false,
      ...place.settings,
    });
    kept.push({ place, id, broken: new Map() });
    for (let i = 0; i < 3; i++) await addThere(kept.at(-1) as Kept);
  }

  /** Answers null for a refusal that may happen; anything from inside the server is a fault. */
  async function tried<T>(what: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RatchetError) || error.code === 'INTERNAL') throw error;
      told.errors.set(`${what}: ${error.code}`, (told.errors.get(`${what}: ${error.code}`) ?? 0) + 1);
      if (error.code === 'GUARD_TRIPPED') await letThrough(what, error);
      return null;
    }
  }

  async function letThrough(what: string, error: RatchetError): Promise<void> {
    if (random.next() < 0.5) return;
    const { planId, plan } = error.details as { planId: string; plan: { repositoryId: string } };
    const input = { id: plan.repositoryId, planId, force: true };
    note(`force ${what}`);
    if (what === 'push') await tried('force', () => server.client.repositories.push(input));
    else await tried('force', () => server.client.repositories.sync(input));
  }

  const sync = ({ id }: Kept) => tried('sync', () => server.client.repositories.sync({ id }));
  const push = ({ id }: Kept) => tried('push', () => server.client.repositories.push({ id }));
  const tasksOf = async ({ id }: Kept) =>
    (await server.client.tasks.list({ limit: 1000, filters: [{ field: 'repositoryId', value: id }] })).items;

  async function editHere(at: Kept): Promise<void> {
    const task = random.pick((await tried('list', () => tasksOf(at))) ?? []);
    if (!task) return;
    const value = newValue();
    const inSource = random.next() < 0.6;
    note(`edit here ${at.place.kind} ${task.name} ${value}`);
    const done = await tried('edit', async () => {
      const { id, revision, sourceCode, metadata } = await server.client.tasks.get({ id: task.id });
      if (inSource)
        return server.client.tasks.updateSource({
          id,
          sourceCode: addToSource(sourceCode, value, random),
          expectedRevision: revision,
        });
      const changed = addToMetadata(JSON.stringify(metadata), value, random) ?? '{}';
      return server.client.tasks.update({ id, metadata: JSON.parse(changed), expectedRevision: revision });
    });
    if (done) values.add(value);
  }

  /** Folders that hold a metadata.json, with their files. */
  async function documentsThere({ place }: Kept): Promise<{ folder: string; files: Map<string, string> }[]> {
    const all = await place.files();
    return [...all.keys()]
      .filter((path) => path.endsWith('/metadata.json'))
      .map((path) => {
        const folder = path.slice(0, -'/metadata.json'.length);
        const files = [...all].filter(([each]) => each.startsWith(`${folder}/`));
        return { folder, files: new Map(files) };
      });
  }

  async function editThere(at: Kept): Promise<void> {
    const document = random.pick(await documentsThere(at));
    if (!document) return;
    const { folder, files } = document;
    const value = newValue();
    const choice = random.next();
    note(`edit there ${at.place.kind} ${folder} ${value}`);
    const [main, metadata] = [`${folder}/main.js`, `${folder}/metadata.json`];
    const changed = addToMetadata(files.get(metadata) ?? '', value, random);
    if (choice < 0.5 && files.has(main))
      await at.place.change({ [main]: addToSource(files.get(main) ?? '', value, random) });
    else if (choice < 0.85 && changed) await at.place.change({ [metadata]: changed });
    else await at.place.change({ [`${folder}/data/${value}txt`]: `unknown to all: ${value}\n` });
    values.add(value);
  }

  async function addThere(at: Kept): Promise<void> {
    const n = ++documents;
    const folder = `tasks/d${n}`;
    const uuid = n % 2 === 0 ? `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` : null;
    note(`add there ${at.place.kind} ${folder}`);
    await at.place.change({
      [`${folder}/metadata.json`]: newMetadata(`d${n}`, uuid),
      [`${folder}/main.js`]: newSource(),
    });
  }

  async function addHere({ id, place }: Kept): Promise<void> {
    const name = `d${++documents}`;
    const value = newValue();
    note(`add here ${place.kind} ${name}`);
    const sourceCode = addToSource(newSource(), value, random);
    if (await tried('create', () => server.client.tasks.create({ name, sourceCode, repositoryId: id })))
      values.add(value);
  }

  async function deleteHere(at: Kept): Promise<void> {
    const task = random.pick((await tried('list', () => tasksOf(at))) ?? []);
    if (!task) return;
    note(`delete here ${at.place.kind} ${task.name}`);
    const done = await tried('delete', async () => {
      await server.client.tasks.delete({ id: task.id });
      return true;
    });
    if (done && random.next() < 0.4) {
      note(`restore here ${task.name}`);
      await tried('restore', () => server.client.tasks.restore({ id: task.id }));
    }
  }

  /** What a user takes away upstream before anyone saw it is gone by their own hand. */
  function takenAway(before: Iterable<string>, after: Iterable<string>): void {
    const left = new Set([...after].flatMap(valuesIn));
    for (const value of [...before].flatMap(valuesIn)) if (!left.has(value)) values.delete(value);
  }

  async function deleteThere(at: Kept): Promise<void> {
    const all = await documentsThere(at);
    const document = random.pick(all);
    if (!document || all.length < 2) return;
    note(`delete there ${at.place.kind} ${document.folder}`);
    await at.place.change(Object.fromEntries([...document.files.keys()].map((path) => [path, null])));
    at.broken.delete(`${document.folder}/metadata.json`);
    takenAway(document.files.values(), (await at.place.files()).values());
  }

  async function moveThere(at: Kept): Promise<void> {
    const document = random.pick(await documentsThere(at));
    if (!document || at.broken.has(`${document.folder}/metadata.json`)) return;
    const to = `moved/m${++documents}`;
    note(`move there ${at.place.kind} ${document.folder} to ${to}`);
    const moved = [...document.files].flatMap(([path, text]): [string, string | null][] => [
      [path, null],
      [to + path.slice(document.folder.length), text],
    ]);
    await at.place.change(Object.fromEntries(moved));
  }

  async function breakThere(at: Kept): Promise<void> {
    const [path, text] = [...at.broken][0] ?? [];
    if (path && text) {
      note(`mend there ${at.place.kind} ${path}`);
      at.broken.delete(path);
      if ((await at.place.files()).has(path)) await at.place.change({ [path]: text });
      return;
    }
    const document = random.pick(await documentsThere(at));
    const metadata = document && `${document.folder}/metadata.json`;
    const whole = metadata && document.files.get(metadata);
    if (!metadata || !whole || addToMetadata(whole, '', random) === null) return;
    note(`break there ${at.place.kind} ${metadata}`);
    at.broken.set(metadata, whole);
    await at.place.change({ [metadata]: `${whole.slice(0, -3)}, broken` });
  }

  async function rewriteThere(at: Kept): Promise<void> {
    if (!at.place.rewrite || at.broken.size > 0) return;
    note(`force push ${at.place.kind}`);
    const before = [...(await at.place.files()).values()];
    const value = newValue();
    await at.place.rewrite({ 'notes.md': `rewritten ${value}\n` });
    takenAway(before, (await at.place.files()).values());
  }

  async function resolve(at: Kept): Promise<void> {
    const page = await tried('conflicts', () =>
      server.client.conflicts.list({ limit: 100, filters: [{ field: 'repositoryId', value: at.id }] }),
    );
    const conflict = random.pick(page?.items ?? []);
    if (!conflict) return;
    const { id, files } = conflict;
    const choice = random.pick(['take_local', 'take_remote', 'merge'] as const) ?? 'merge';
    note(`resolve ${at.place.kind} ${conflict.repositoryPath} ${choice}`);
    const sides = ['local', 'remote', 'both'] as const;
    const choices = Object.fromEntries(
      files.map((file) => [
        file.path,
        Object.fromEntries(file.hunks.map((hunk) => [hunk.id, random.pick(sides) ?? 'local'])),
      ]),
    );
    const input = choice === 'merge' ? { id, resolution: choice, choices } : { id, resolution: choice };
    await tried('resolve', () => server.client.conflicts.resolve(input));
  }

  async function kill(): Promise<void> {
    const after = random.below(250);
    note(`kill after ${after} ms`);
    const dying = server;
    const at = random.pick(kept) as Kept;
    const gone = (work: () => Promise<unknown>) => work().catch(() => {});
    const busy = [gone(() => push(at)), gone(() => editHere(at)), gone(() => sync(random.pick(kept) as Kept))];
    await sleep(after);
    await dying.kill('SIGKILL');
    await Promise.all(busy);
    server = await serve(folder);
  }

  const syncNow = (at: Kept) => {
    note(`sync ${at.place.kind}`);
    return sync(at);
  };
  const pushNow = (at: Kept) => {
    note(`push ${at.place.kind}`);
    return push(at);
  };
  const several = async (at: Kept): Promise<void> => {
    note(`at once ${at.place.kind}`);
    await Promise.all([sync(at), editHere(at), editThere(at), push(at)]);
  };
  const fail = async (at: Kept): Promise<void> => {
    const how = random.next() < 0.6 ? random.next() : null;
    note(`network ${at.place.kind} ${how === null ? 'well' : 'fails'}`);
    at.place.fail?.(how);
  };
  const sometimes: readonly (readonly [weight: number, (at: Kept) => Promise<unknown>])[] = [
    [22, editHere],
    [24, editThere],
    [14, syncNow],
    [14, pushNow],
    [6, resolve],
    [4, several],
    [3, addHere],
    [3, addThere],
    [2, deleteHere],
    [2, deleteThere],
    [2, moveThere],
    [2, breakThere],
    [4, fail],
    [1, rewriteThere],
    [1, kill],
  ];
  const weights = sometimes.reduce((sum, [weight]) => sum + weight, 0);

  return {
    told,
    values,
    kept,
    server: () => server,
    async step() {
      let left = random.below(weights);
      const at = random.pick(kept) as Kept;
      for (const [weight, act] of sometimes) {
        left -= weight;
        if (left >= 0) continue;
        await act(at);
        return;
      }
    },
    async settle() {
      for (const at of kept) {
        at.place.fail?.(null);
        while (at.broken.size > 0) await breakThere(at);
        for (let round = 0; round < 40; round++) {
          await sync(at);
          await resolve(at);
          await push(at);
          const { actions } = await server.client.repositories.plan({ id: at.id });
          if (actions.length === 0) break;
        }
      }
    },
    async close() {
      await server.kill('SIGTERM');
      for (const { place } of kept) await place.close();
    },
  };
}
