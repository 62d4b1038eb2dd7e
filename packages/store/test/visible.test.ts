import {
  fullRights,
  type GrantedPlace,
  matchesPattern,
  mayAt,
  mayAtRepository,
  type Rights,
} from '@ratchet/contract/access';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { likePattern, visibleRepositories, visibleTasks } from '../src/queries/visible.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const repositories = ['00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000b'];
// Few letters, so that patterns fit; with everything that LIKE or a pattern reads otherwise than itself.
const letters = fc.constantFrom('a', 'A', 'b', '%', '_', '\\', '*', '?', '-', 'é', '🙂', '\n');
const text = fc.string({ unit: letters, maxLength: 8 });
const repositoryId = fc.option(fc.constantFrom(...repositories), { nil: null });
const grant: fc.Arbitrary<GrantedPlace> = fc.record({
  repositoryId,
  taskPattern: fc.oneof(fc.constant('*'), fc.constant('**'), text),
  permissions: fc.constantFrom(['read'] as const, ['read', 'edit'] as const, ['edit'] as const),
});
const rights: fc.Arbitrary<Rights> = fc.record({
  role: fc.constant('user' as const),
  permissions: fc.constant(['read', 'edit'] as const),
  grants: fc.option(fc.array(grant, { maxLength: 3 }), { nil: null }),
  key: fc.option(
    fc.record({
      repositoryIds: fc.option(fc.subarray(repositories), { nil: null }),
      taskPatterns: fc.option(fc.array(text, { maxLength: 2 }), { nil: null }),
      tools: fc.constant(null),
      maxConcurrency: fc.constant(null),
    }),
    { nil: null },
  ),
});

describe('what a reader sees', () => {
  it('is the same pattern for PostgreSQL as for the rest', async () => {
    const pairs = fc.array(fc.tuple(text, text), { minLength: 20, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(pairs, async (given) => {
        const rows = given.map(([pattern, name], n) => ({ n, pattern: likePattern(pattern), name }));
        const { rows: answers } = await database.db.execute<{ fits: boolean }>(sql`
          select name like pattern as fits
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(n integer, pattern text, name text) order by n`);
        expect(answers.map(({ fits }) => fits)).toEqual(given.map(([pattern, name]) => matchesPattern(pattern, name)));
      }),
      { numRuns: 40 },
    );
  });

  it('is in a statement what it is for one task', async () => {
    const task = fc.record({ repositoryId, name: fc.option(text, { nil: null }) });
    await fc.assert(
      fc.asyncProperty(rights, fc.array(task, { minLength: 10, maxLength: 30 }), async (reader, tasks) => {
        const rows = tasks.map(({ repositoryId: repository, name }, n) => ({ n, repository, name }));
        const seen = visibleTasks(reader, { repositoryId: sql`x.repository`, name: sql`x.name` }) ?? sql`true`;
        const ofRepository = visibleRepositories(reader, sql`x.repository`) ?? sql`true`;
        const { rows: answers } = await database.db.execute<{ task: boolean; repository: boolean }>(sql`
          select coalesce(${seen}, false) as task, coalesce(${ofRepository}, false) as repository
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(n integer, repository uuid, name text) order by n`);
        expect(answers.map((answer) => answer.task)).toEqual(tasks.map((at) => mayAt(reader, 'read', at)));
        for (const [i, { repositoryId: repository }] of tasks.entries())
          if (repository !== null) expect(answers[i]?.repository).toBe(mayAtRepository(reader, 'read', repository));
      }),
      { numRuns: 150 },
    );
  });

  it('is no condition where everything is seen', () => {
    const at = { repositoryId: sql`x`, name: sql`y` };
    expect(visibleTasks(fullRights, at)).toBeUndefined();
    expect(visibleTasks({ ...fullRights, grants: [] }, at)).toBeDefined();
  });

  it('is nothing for a pattern that no text of a database can fit', async () => {
    const reader: Rights = {
      ...fullRights,
      grants: ['a\0b', '\ud800'].map((taskPattern) => ({ repositoryId: null, taskPattern, permissions: ['read'] })),
    };
    const seen = visibleTasks(reader, { repositoryId: sql`null::uuid`, name: sql`'a'::text` });
    const { rows } = await database.db.execute<{ seen: boolean }>(sql`select ${seen} as seen`);
    expect(rows).toEqual([{ seen: false }]);
  });
});
