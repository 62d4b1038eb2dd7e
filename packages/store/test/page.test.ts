import type { FilterClause, ListFields, ListRequest } from '@ratchet/contract/paging';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../src/id.ts';
import { type PageSpec, pageQuery } from '../src/page.ts';
import { tasks } from '../src/schema/content.ts';

const fields: ListFields = {
  filters: {
    name: 'string',
    description: 'string',
    tag: 'string',
    revision: 'number',
    enabled: 'boolean',
    sourceType: ['javascript', 'typescript'],
    sourceModifiedAt: 'datetime',
    id: 'id',
  },
  sorts: ['name', 'description', 'revision', 'enabled', 'sourceModifiedAt', 'id'],
  defaultSort: [{ field: 'name', order: 'asc' }],
};
const spec: PageSpec<typeof tasks> = {
  table: tasks,
  fields,
  columns: {
    id: tasks.id,
    name: tasks.name,
    description: tasks.description,
    tag: tasks.tags,
    revision: tasks.revision,
    enabled: tasks.enabled,
    sourceType: tasks.sourceType,
    sourceModifiedAt: tasks.sourceModifiedAt,
  },
  search: [tasks.name, tasks.description],
  id: tasks.id,
};

const time = (day: number) => new Date(Date.UTC(2026, 0, day, 12, 30, 0, 123));
/** Names go t00 to t24; every third has no description and no time; revisions go 0, 1, 2, 0 … */
const rows = Array.from({ length: 25 }, (_, i) => ({
  id: newId(),
  uuid: `u${i}`,
  name: `t${String(i).padStart(2, '0')}`,
  description: i % 3 === 0 ? null : `50% of A_B\\C number ${i % 5}`,
  version: '1.0.0',
  tags: [['red'], ['red', 'Blue'], []][i % 3] ?? [],
  metadata: {},
  sourceCode: '',
  sourceType: i % 2 === 0 ? ('javascript' as const) : ('typescript' as const),
  storageType: 'folder' as const,
  entry: 'main.js',
  problems: [],
  tree: {},
  checksum: '',
  revision: i % 3,
  enabled: i % 4 === 0,
  syncStatus: 'synced' as const,
  pushStatus: 'not_required' as const,
  createdFrom: 'api' as const,
  sourceModifiedAt: i % 3 === 0 ? null : time(1 + (i % 6)),
}));

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.db.insert(tasks).values(rows);
});
afterAll(() => database.close());

const page = (request: Partial<ListRequest>) => pageQuery(database.db, spec, { page: 1, limit: 100, ...request });
const filtered = (field: string, op: FilterClause['op'], value: FilterClause['value']) =>
  page({ filters: [{ field, op, value }] });

describe('a filter', () => {
  const count = (test: (row: (typeof rows)[number]) => boolean) => rows.filter(test).length;
  it.each<[string, FilterClause['op'], FilterClause['value'], number]>([
    ['name', 'eq', 't03', 1],
    ['name', 'eq', ['t03', 't04', 'none'], 2],
    ['name', 'eq', [], 0],
    ['name', 'ne', [], 25],
    ['name', 'ne', 't03', 24],
    ['name', 'eq', 3, 0],
    ['name', 'like', 'T1', 10],
    ['name', 'like', '%', 0],
    ['name', 'gt', 't22', 2],
    ['name', 'lte', 't01', 2],
    ['description', 'like', '50%', count((r) => r.description !== null)],
    ['description', 'like', 'a_b\\c', count((r) => r.description !== null)],
    ['description', 'like', 'axb', 0],
    ['description', 'eq', null, 9],
    ['description', 'ne', null, 16],
    ['description', 'eq', [null, '50% of A_B\\C number 1'], 9 + count((r) => r.description?.endsWith('1') === true)],
    ['description', 'ne', '50% of A_B\\C number 1', 25 - count((r) => r.description?.endsWith('1') === true)],
    ['revision', 'eq', 1, 8],
    ['revision', 'eq', [1, 2], 16],
    ['revision', 'ne', 0, 16],
    ['revision', 'gte', 2, 8],
    ['revision', 'lt', 0.5, 9],
    ['revision', 'eq', 1.5, 0],
    ['revision', 'lt', 1e300, 25],
    ['revision', 'gt', -3_000_000_000, 25],
    ['enabled', 'eq', true, 7],
    ['enabled', 'ne', true, 18],
    ['sourceType', 'eq', 'typescript', 12],
    ['sourceType', 'like', 'SCRIPT', 25],
    ['tag', 'eq', 'red', 17],
    ['tag', 'eq', ['Blue', 'none'], 8],
    ['tag', 'ne', 'red', 8],
    ['tag', 'like', 'blu', 8],
    ['sourceModifiedAt', 'gte', time(5).toISOString(), count((r) => (r.sourceModifiedAt ?? 0) >= time(5))],
    ['sourceModifiedAt', 'lt', '2026-01-03', count((r) => r.sourceModifiedAt !== null && r.sourceModifiedAt < time(3))],
    [
      'sourceModifiedAt',
      'eq',
      time(2).toISOString(),
      count((r) => r.sourceModifiedAt?.getTime() === time(2).getTime()),
    ],
    ['id', 'eq', rows[7]?.id ?? '', 1],
  ])('%s %s %j', async (field, op, value, total) => {
    const { items, meta } = await filtered(field, op, value);
    expect([items.length, meta.total]).toEqual([total, total]);
  });

  it('holds together with the others, the search and the scope', async () => {
    const filters = [
      { field: 'tag', op: 'eq' as const, value: 'red' },
      { field: 'enabled', op: 'eq' as const, value: true },
    ];
    expect((await page({ filters })).items.map((row) => row.name)).toEqual(['t00', 't04', 't12', 't16', 't24']);
    expect((await page({ filters, q: 'T1' })).meta.total).toBe(2);
    const scoped = await pageQuery(
      database.db,
      spec,
      { page: 1, limit: 10, filters, q: 't1' },
      sql`${tasks.name} <> 't12'`,
    );
    expect(scoped.items.map((row) => row.name)).toEqual(['t16']);
  });

  it.each([
    ['a year beyond the database’s', 'sourceModifiedAt', '+275760-09-12T00:00:00.000Z'],
    ['text with a zero character', 'name', 'a\0b'],
  ])('is refused plainly: %s', async (_, field, value) => {
    await expect(filtered(field, 'eq', value)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});

describe('pages', () => {
  it('say where they stand', async () => {
    const meta = async (request: Partial<ListRequest>) => (await page({ limit: 10, ...request })).meta;
    expect(await meta({ page: 1 })).toMatchObject({ total: 25, totalPages: 3, hasNext: true, hasPrevious: false });
    expect(await meta({ page: 3 })).toMatchObject({ hasNext: false, hasPrevious: true, nextCursor: null });
    expect(await meta({ page: 9 })).toMatchObject({
      page: 9,
      total: 25,
      hasNext: false,
      hasPrevious: true,
      nextCursor: null,
    });
    expect(await meta({ q: 'nothing' })).toMatchObject({ total: 0, totalPages: 0, hasNext: false, hasPrevious: false });
  });

  const level = fc.record({
    field: fc.constantFrom(...fields.sorts),
    order: fc.constantFrom('asc' as const, 'desc' as const),
  });

  it('show each row once, the same by number and by cursor, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(level, { maxLength: 4 }), fc.integer({ min: 1, max: 30 }), async (sort, limit) => {
        const whole = (await page({ sort })).items.map((row) => row.name);
        const byNumber: string[] = [];
        const byCursor: string[] = [];
        let cursor: string | undefined;
        for (let number = 1; number <= Math.ceil(25 / limit); number++) {
          byNumber.push(...(await page({ sort, limit, page: number })).items.map((row) => row.name));
          const next = await page({ sort, limit, cursor });
          byCursor.push(...next.items.map((row) => row.name));
          cursor = next.meta.nextCursor ?? undefined;
        }
        expect(new Set(whole).size).toBe(25);
        expect(byNumber).toEqual(whole);
        expect(byCursor).toEqual(whole);
        expect(cursor).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  const forged = (...content: unknown[]) => Buffer.from(JSON.stringify(content)).toString('base64url');
  it.each([
    [
      'of another order',
      () => page({ limit: 5, sort: [{ field: 'revision', order: 'desc' }] }).then((p) => p.meta.nextCursor),
    ],
    ['that is none', async () => 'not a cursor'],
    ['that is empty', async () => ''],
    ['with too few values', async () => forged('asc:name,asc:', ['a'])],
    ['with an object', async () => forged('asc:name,asc:', [{}, newId()])],
    ['with null where none can be', async () => forged('asc:name,asc:', [null, newId()])],
    ['with an id that is none', async () => forged('asc:name,asc:', ['a', 'x'])],
  ])('refuse a cursor %s', async (_, make) => {
    await expect(page({ cursor: (await make()) ?? '' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('are found by the index where one has the order', async () => {
    const plans: string[] = [];
    await database.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      await tx.execute(sql`set local enable_sort = off`);
      const after = sql`${tasks.deletedAt} is null and (${tasks.name}, ${tasks.id}) > (${'t03'}, ${newId()})`;
      const { rows: plan } = await tx.execute(
        sql`explain select ${tasks.id} from ${tasks} where ${after} order by ${tasks.name}, ${tasks.id} limit 10`,
      );
      plans.push(...plan.map((line) => String(line['QUERY PLAN'])));
    });
    expect(plans.join('\n')).toMatch(/using tasks_name[\s\S]*Index Cond: \(ROW/);
  });
});
