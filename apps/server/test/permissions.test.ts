import {
  type GrantedPlace,
  mayAt,
  mayAtRepository,
  mayEverywhere,
  type Rights,
  rolePermissions,
  roles,
} from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import type { Operation, TargetKind } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Call,
  callerWith,
  callIn,
  owner,
  type PlacedTask,
  type PlacedWorld,
  placedWorld,
} from './placed-world.ts';
import { roleTable } from './role-table.ts';
import { type Served, served } from './served.ts';

let server: Served;
let call: Call;
beforeAll(async () => {
  server = await served();
  call = callIn(server);
});
afterAll(() => server.close());

const words = (text: string) => text.trim().split(/\s+/);
const nobody: Rights = { role: 'readonly', permissions: [], grants: null, key: null };

/** The code of what became of a call; null: it went well. Whatever is no error of ours was let in at least. */
async function codeOf(name: string, input: unknown, as: Caller): Promise<string | null> {
  try {
    await call(name, input, as);
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'OTHER';
  }
}
const refusals = new Set<string | null>(['PERMISSION_DENIED', 'UNAUTHENTICATED']);

describe('roles', () => {
  it('have every operation in the table that is written by hand, once', () => {
    const written = Object.values(roleTable).flatMap(words);
    expect(written.toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
  });

  it.each(operations.filter(({ stream }) => !stream).map(({ name }) => name))(
    'may call %s as the table says',
    async (name) => {
      const allowed = Object.entries(roleTable).find(([, names]) => words(names).includes(name))?.[0] ?? '';
      for (const role of roles) {
        // The whole input is missing: whoever is let in is told so, and nothing happens.
        const code = await codeOf(
          name,
          { unfit: true, id: 'none' },
          callerWith({ ...nobody, role, permissions: rolePermissions[role] }),
        );
        const may = allowed === 'public' || allowed.split(' ').includes(role);
        expect([role, refusals.has(code)]).toEqual([role, !may]);
      }
      const code = await codeOf(name, { unfit: true, id: 'none' }, callerWith(nobody, 'anonymous'));
      expect(code === 'UNAUTHENTICATED').toBe(allowed !== 'public' || code === 'UNAUTHENTICATED');
    },
  );

  it('are asked for by streams too', async () => {
    for (const operation of operations.filter(({ stream }) => stream)) {
      const begin = (as: Caller) => server.dispatcher.stream(operation, {}, as)[Symbol.asyncIterator]().next();
      await expect(begin(callerWith(nobody, 'anonymous'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(begin(callerWith({ ...nobody, permissions: ['sync'] }))).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
      });
    }
  });

  it('say to strangers how to sign in', async () => {
    await expect(call('tasks.list', {}, callerWith(nobody, 'anonymous'))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/auth\/login.*API key/),
    });
  });

  it('of a readonly key write nothing', async () => {
    const key = { repositoryIds: null, taskPatterns: null, tools: null, maxConcurrency: null };
    const reader = callerWith({ ...nobody, permissions: ['read'], key }, 'api_key');
    const own = /^(auth|apiKeys)\./;
    for (const { name, effect, public: open } of operations)
      if (effect !== 'read' && !open && !own.test(name))
        expect([name, await codeOf(name, {}, reader)]).toEqual([name, 'PERMISSION_DENIED']);
  });

  it('of a key are narrowed to its tools, on every operation', async () => {
    const key = {
      repositoryIds: null,
      taskPatterns: null,
      tools: ['ratchet_list_*', 'ratchet_task_stats'],
      maxConcurrency: null,
    };
    const limited = callerWith({ ...nobody, permissions: ['read', 'run', 'edit'], key }, 'api_key');
    expect(await codeOf('tasks.stats', {}, limited)).toBeNull();
    expect(await codeOf('conflicts.list', {}, limited)).toBeNull();
    expect(await codeOf('jobs.stats', {}, limited)).toBe('PERMISSION_DENIED');
    expect(await codeOf('tasks.run', { id: 'x' }, limited)).toBe('PERMISSION_DENIED');
  });

  it('ask in bulk for what each action does', async () => {
    const may = (permissions: Rights['permissions'], action: string) =>
      codeOf('tasks.bulk', { action, ids: ['none'] }, callerWith({ ...nobody, permissions }));
    expect(await may(['read'], 'validate')).toBeNull();
    expect(await may(['read', 'edit'], 'enable')).toBeNull();
    for (const action of ['delete', 'restore', 'test', 'push'])
      expect(await may(['read', 'edit'], action)).toBe('PERMISSION_DENIED');
    expect(await may(['read'], 'constructor')).toBe('PERMISSION_DENIED');
  });
});

describe('a key for tasks named safe-*', () => {
  let world: PlacedWorld;
  let safe: PlacedTask;
  let other: PlacedTask;
  let key: Caller;
  beforeAll(async () => {
    world = await placedWorld(server, call);
    safe = world.tasks.find(({ name }) => name === 'safe-one') as PlacedTask;
    other = world.tasks.find(
      ({ name, repositoryId }) => name === 'other' && repositoryId === safe.repositoryId,
    ) as PlacedTask;
    const limits = { repositoryIds: null, taskPatterns: ['safe-*'], tools: null, maxConcurrency: null };
    key = callerWith({ ...nobody, role: 'user', permissions: rolePermissions.user, key: limits }, 'api_key');
  }, 120_000);

  const placed = new Set<TargetKind>([
    'task',
    'execution',
    'job',
    'batch',
    'schedule',
    'result',
    'delivery',
    'conflict',
  ]);
  const withTarget = operations.filter(
    ({ targets, permission, stream }) =>
      !stream && targets?.some(({ kind }) => placed.has(kind)) && rolePermissions.user.includes(permission),
  );
  /** An input that names one thing of the operation's first kind. */
  function naming({ targets = [] }: Operation, id: string): unknown {
    const [member = '', ...rest] = (targets[0]?.member ?? '').split('.').toReversed();
    const innermost: unknown = member === '*' ? [id] : { [member]: id };
    return rest.reduce<unknown>((inner, name) => (name === '*' ? [inner] : { [name]: inner }), innermost);
  }
  const at = (task: PlacedTask, operation: Operation): string =>
    task.ids[(operation.targets?.[0]?.kind ?? 'task') as keyof PlacedTask['ids']] ?? '';

  it.each(withTarget.map((operation) => [operation.name, operation] as const))(
    'cannot %s another task, nor find out whether it is there',
    async (name, operation) => {
      const hidden = await call(name, naming(operation, at(other, operation)), key).catch((error) => error);
      expect(hidden).toMatchObject({ code: 'NOT_FOUND' });
      const missing = crypto.randomUUID();
      const absent = await call(name, naming(operation, missing), key).catch((error) => error);
      expect(absent).toMatchObject({ code: 'NOT_FOUND' });
      expect(hidden.message.replace(at(other, operation), '…')).toBe(absent.message.replace(missing, '…'));
    },
  );

  it('reads what is safe, and is told as anybody is what is not there', async () => {
    for (const operation of withTarget.filter(({ effect }) => effect === 'read')) {
      const code = await codeOf(operation.name, naming(operation, at(safe, operation)), key);
      expect([operation.name, refusals.has(code) || code === 'OTHER']).toEqual([operation.name, false]);
      if (operation.name.endsWith('.get')) expect([operation.name, code]).toEqual([operation.name, null]);
      const missing = naming(operation, crypto.randomUUID());
      const [mine, anybodys] = await Promise.all(
        [key, owner].map((as) => call(operation.name, missing, as).catch((error) => error)),
      );
      if (anybodys.code === 'NOT_FOUND' && operation.name !== 'tasks.export')
        expect(mine.message).toBe(anybodys.message);
    }
  });

  it('may not read is not there, may not write is refused', async () => {
    const reader = callerWith({ ...key.rights, permissions: ['read'], grants: null }, 'api_key');
    expect(await codeOf('tasks.run', { id: safe.ids.task }, reader)).toBe('PERMISSION_DENIED');
    const places: GrantedPlace[] = [
      { repositoryId: safe.repositoryId, taskPattern: '*', permissions: ['read'] },
      { repositoryId: safe.repositoryId, taskPattern: 'safe-*', permissions: ['read', 'run', 'edit'] },
    ];
    const granted = callerWith({ ...key.rights, key: null, grants: places });
    expect(await codeOf('tasks.run', { id: other.ids.task, input: { n: 1 } }, granted)).toBe('PERMISSION_DENIED');
    expect(await codeOf('tasks.run', { id: safe.ids.task, input: { n: 1 } }, granted)).toBeNull();
    expect(await codeOf('tasks.get', { id: other.ids.task }, granted)).toBeNull();
  });

  it('runs nothing in a list with one that it may not', async () => {
    const before = await call('jobs.stats', {}, owner);
    const jobs = [safe, other].map(({ ids }) => ({ taskId: ids.task, input: { n: 1 } }));
    expect(await codeOf('jobs.createBulk', { jobs }, key)).toBe('NOT_FOUND');
    expect(await codeOf('batches.create', { requests: jobs }, key)).toBe('NOT_FOUND');
    expect(await codeOf('tasks.bulk', { action: 'delete', ids: jobs.map(({ taskId }) => taskId) }, key)).toBe(
      'NOT_FOUND',
    );
    expect((await call('jobs.stats', {}, owner)).total).toBe(before.total);
  });

  it('names tasks only as its pattern does', async () => {
    const { repositoryId } = safe;
    const create = (name: string) =>
      codeOf('tasks.create', { name, sourceCode: '() => 1', inputSchema: {}, outputSchema: {}, repositoryId }, key);
    expect(await create('unsafe')).toBe('PERMISSION_DENIED');
    expect(await create('safe-new')).toBeNull();
    const [made] = (await call('tasks.list', { filters: [{ field: 'name', value: 'safe-new' }] }, key)).items;
    expect(await codeOf('tasks.update', { id: made.id, name: 'free' }, key)).toBe('PERMISSION_DENIED');
    const content = JSON.stringify({ name: 'free', uuid: made.uuid, version: '1.0.0' });
    expect(await codeOf('tasks.putFile', { id: made.id, path: 'metadata.json', content }, key)).toBe(
      'PERMISSION_DENIED',
    );
    expect(await codeOf('tasks.update', { id: made.id, name: 'safe-renamed' }, key)).toBeNull();
    const files = [
      { path: 'x/metadata.json', content: '{"name":"imported","version":"1.0.0"}' },
      { path: 'x/main.js', content: '() => 1' },
    ];
    expect(await codeOf('tasks.import', { format: 'json', files, repositoryId }, key)).toBe('PERMISSION_DENIED');
    expect(await codeOf('tasks.import', { format: 'folder', path: server.folder, repositoryId }, key)).toBe(
      'PERMISSION_DENIED',
    );
    expect(
      await codeOf('templates.generate', { name: 'data_transform', taskName: 'x', create: true, repositoryId }, key),
    ).not.toBeNull();
    const south = world.repositories[1]?.id;
    expect(await codeOf('tasks.assignRepository', { id: made.id, repositoryId: south }, key)).toBeNull();
    await call('tasks.delete', { id: made.id }, owner);
  });

  it('does nothing to a repository as a whole but see it', async () => {
    const id = safe.repositoryId;
    expect(await codeOf('repositories.get', { id }, key)).toBeNull();
    for (const name of ['repositories.sync', 'repositories.push', 'repositories.update', 'repositories.pause'])
      expect(await codeOf(name, { id }, key)).toBe('PERMISSION_DENIED');
    expect(await call('repositories.syncAll', {}, key)).toMatchObject({ results: [] });
    const analytics = await call('repositories.analytics', { id }, key);
    expect(analytics.mostChanged.every(({ name }: { name: string }) => name.startsWith('safe-'))).toBe(true);
  });

  it('sees of a task’s versions only those that it may', async () => {
    const north = world.tasks.find(
      ({ name, repositoryId }) => name === 'safe-one' && repositoryId === safe.repositoryId,
    );
    const exact = await call('tasks.get', { id: north?.ids.task }, key);
    expect(await codeOf('tasks.get', { id: exact.uuid }, key)).toBeNull();
  });

  const lists = {
    task: 'tasks',
    conflict: 'conflicts',
    execution: 'executions',
    job: 'jobs',
    batch: 'batches',
    schedule: 'schedules',
    delivery: 'deliveries',
    result: 'results',
    alert: 'alerts',
    repository: 'repositories',
  } as const;
  const idsIn = async (entity: string, as: Caller): Promise<string[]> =>
    (await call(`${entity}.list`, { limit: 1000 }, as)).items.map(({ id }: { id: string }) => id).toSorted();

  const text = fc.constantFrom('*', 'safe-*', 'safe-one', '?ther', 'other', '*-two', 'none');
  const anyRights = (): fc.Arbitrary<Rights> => {
    const repositoryId = fc.option(fc.constantFrom(...world.repositories.map(({ id }) => id)), { nil: null });
    const grant = fc.record({ repositoryId, taskPattern: text, permissions: fc.constant(['read'] as const) });
    return fc.record({
      role: fc.constant('user' as const),
      permissions: fc.constant(rolePermissions.readonly),
      grants: fc.option(fc.array(grant, { maxLength: 2 }), { nil: null, freq: 3 }),
      key: fc.option(
        fc.record({
          repositoryIds: fc.option(fc.subarray(world.repositories.map(({ id }) => id)), { nil: null }),
          taskPatterns: fc.option(fc.array(text, { minLength: 1, maxLength: 2 }), { nil: null }),
          tools: fc.constant(null),
          maxConcurrency: fc.constant(null),
        }),
        { nil: null },
      ),
    });
  };

  it('and whoever else reads: a list shows what get allows, and a figure counts what a list shows', async () => {
    const all: Record<string, string[]> = {};
    for (const entity of Object.values(lists)) all[entity] = await idsIn(entity, owner);
    await fc.assert(
      fc.asyncProperty(anyRights(), async (rights) => {
        const as = callerWith(rights);
        if (!mayEverywhere(rights, 'read') && (await codeOf('tasks.list', {}, as)) === 'PERMISSION_DENIED') return;
        for (const entity of Object.values(lists)) {
          const shown = await idsIn(entity, as);
          const allowed: string[] = [];
          for (const id of all[entity] ?? [])
            if ((await codeOf(`${entity}.get`, { id }, as)) === null) allowed.push(id);
          expect([entity, shown]).toEqual([entity, allowed]);
        }
        const expected = world.tasks.filter((task) => mayAt(rights, 'read', task)).map(({ ids }) => ids.task);
        expect((await idsIn('tasks', as)).filter((id) => world.tasks.some(({ ids }) => ids.task === id))).toEqual(
          expected.toSorted(),
        );
        await expectFigures(as);
      }),
      {
        numRuns: 12,
        examples: [
          [
            {
              ...nobody,
              permissions: ['read'],
              grants: [{ repositoryId: null, taskPattern: 'safe-*', permissions: ['read'] }],
            },
          ],
        ],
      },
    );
  }, 120_000);

  async function expectFigures(as: Caller): Promise<void> {
    const { rights } = as;
    const total = async (entity: string) => (await call(`${entity}.list`, { limit: 1 }, as)).meta.total;
    const stats = await call('tasks.stats', {}, as);
    expect(stats.total).toBe(await total('tasks'));
    for (const { repositoryId } of stats.byRepository) expect(mayAtRepository(rights, 'read', repositoryId)).toBe(true);
    for (const entity of ['jobs', 'executions', 'schedules'])
      expect([entity, (await call(`${entity}.stats`, {}, as)).total]).toEqual([entity, await total(entity)]);
    const { perTask } = await call('executions.stats', {}, as);
    expect(perTask.every(({ taskId }: { taskId: string }) => sees(rights, taskId))).toBe(true);
    expect((await call('tasks.export', { format: 'json' }, as)).count).toBe(await total('tasks'));
    const modified = await call('tasks.modified', { limit: 1000 }, as);
    expect(modified.items.every(({ taskId }: { taskId: string }) => sees(rights, taskId))).toBe(true);
    const standing = await call('registry.pushStatus', {}, as);
    expect(standing.pending).toBe(modified.meta.total);
    expect(standing.conflicts).toBe(await total('conflicts'));
    const repositories = await call('repositories.list', { limit: 1000 }, as);
    expect(standing.repositories.map(({ repositoryId }: { repositoryId: string }) => repositoryId).toSorted()).toEqual(
      repositories.items.map(({ id }: { id: string }) => id).toSorted(),
    );
    for (const { id, taskCount } of repositories.items)
      expect(taskCount).toBe(
        (await call('tasks.list', { limit: 1, filters: [{ field: 'repositoryId', value: id }] }, as)).meta.total,
      );
  }
  /** Tasks that a test before has made and deleted are not in the world. */
  const sees = (rights: Rights, taskId: string): boolean => {
    const task = world.tasks.find(({ ids }) => ids.task === taskId);
    return task === undefined || mayAt(rights, 'read', task);
  };

  it('is refused what stands nowhere', async () => {
    for (const name of ['workers.list', 'outputDestinations.list', 'credentials.list', 'tasks.discover'])
      expect([name, await codeOf(name, { path: server.folder }, key)]).toEqual([name, 'PERMISSION_DENIED']);
    expect(await codeOf('results.create', { name: 'x', content: 1 }, key)).toBe('PERMISSION_DENIED');
    const [destination] = (await call('outputDestinations.list', {}, owner)).items;
    const job = { taskId: safe.ids.task, input: { n: 1 }, outputs: [destination.id] };
    expect(await codeOf('jobs.create', job, key)).toBe('NOT_FOUND');
  });

  it('keeps no output of an execution that it may not read', async () => {
    const create = (task: PlacedTask) => codeOf('results.create', { name: 'x', executionId: task.ids.execution }, key);
    expect(await create(other)).toBe('NOT_FOUND');
    expect(await create(safe)).toBeNull();
  });

  it('uses no credential, and no variable of the server, for a repository of its own', async () => {
    const credential = await call('credentials.create', { name: 'shared', type: 'token', token: 'x' }, owner);
    const places: GrantedPlace[] = [
      { repositoryId: safe.repositoryId, taskPattern: '*', permissions: ['read', 'manage_repository'] },
    ];
    const manager = callerWith({ ...nobody, role: 'user', permissions: [...rolePermissions.user], grants: places });
    const change = (settings: object) => codeOf('repositories.update', { id: safe.repositoryId, ...settings }, manager);
    expect(await change({ priority: 3 })).toBeNull();
    expect(await change({ credentialId: credential.id })).toBe('PERMISSION_DENIED');
    expect(await change({ authConfig: { type: 'token', tokenEnv: 'HOME' } })).toBe('PERMISSION_DENIED');
  });
});

describe('calls at once', () => {
  it('of a key are as many as it says', async () => {
    const limits = { repositoryIds: null, taskPatterns: null, tools: null, maxConcurrency: 2 };
    const key = callerWith({ ...nobody, permissions: ['read'], key: limits }, 'api_key');
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf('tasks.list', {}, key)));
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(3);
    expect(await codeOf('tasks.list', {}, key)).toBeNull();
  });
});
