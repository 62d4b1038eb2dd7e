import { readFileSync } from 'node:fs';
import { openTestDatabase } from '@ratchet/testing/database';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/open-database.ts';
import * as access from '../src/schema/access.ts';
import * as alerts from '../src/schema/alerts.ts';
import * as columns from '../src/schema/columns.ts';
import * as content from '../src/schema/content.ts';
import * as execution from '../src/schema/execution.ts';
import * as repositories from '../src/schema/repositories.ts';
import * as specs from '../src/schema/specs.ts';
import * as work from '../src/schema/work.ts';

const meta = (name: string) =>
  JSON.parse(readFileSync(new URL(`../migrations/meta/${name}.json`, import.meta.url), 'utf8'));
const newest = (): string => meta('_journal').entries.at(-1).tag.slice(0, 4);

describe('migrations', () => {
  it('lead to the schema in the code: otherwise run drizzle-kit generate in packages/store', async () => {
    const schema = generateDrizzleJson(
      { ...columns, ...access, ...alerts, ...content, ...execution, ...repositories, ...specs, ...work },
      undefined,
      ['ratchet'],
    );
    expect(await generateMigration(meta(`${newest()}_snapshot`), schema)).toEqual([]);
  });

  it('are applied once: a database that is opened again has them', async () => {
    const first = await openTestDatabase();
    const applied = async (database: typeof first) =>
      (await database.pool.query('select hash from ratchet.migrations order by id')).rows;
    const before = await applied(first);
    const second = await first.reopen();
    expect(await applied(second)).toEqual(before);
    expect(before).toHaveLength(meta('_journal').entries.length);
    await second.close();
  });

  it('refuse a database of a newer program', async () => {
    const database = await openTestDatabase();
    await database.pool.query(`insert into ratchet.migrations (hash, created_at) values ('future', 9999999999999)`);
    await expect(database.reopen()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('newer'),
    });
    const options = database.url ? { url: database.url } : { dataDir: database.dataDir as string };
    await expect(openDatabase(options)).rejects.toThrow('newer');
    await database.close();
  });
});
