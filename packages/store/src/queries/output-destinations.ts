import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { and, eq, inArray, isNotNull, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { type PageSpec, pageQuery } from '../page.ts';
import { jsonText } from '../rows.ts';
import { outputDestinations } from '../schema/work.ts';
import { type SealedBy, sealedOtherwise } from './sealed-otherwise.ts';

export type DestinationRow = typeof outputDestinations.$inferSelect;
export type NewDestination = Pick<
  DestinationRow,
  | 'id'
  | 'name'
  | 'type'
  | 'config'
  | 'keyId'
  | 'sealed'
  | 'enabled'
  | 'isGlobal'
  | 'on'
  | 'maxAttempts'
  | 'retryBackoffMs'
  | 'timeoutMs'
  | 'createdBy'
>;
export type DestinationChanges = Partial<Omit<NewDestination, 'id' | 'type' | 'createdBy'>>;

export async function destinationById(db: Queryable, id: string): Promise<DestinationRow | null> {
  const [row] = await db.select().from(outputDestinations).where(eq(outputDestinations.id, id));
  return row ?? null;
}

/** The row, held until the transaction ends. */
export async function lockDestination(tx: Queryable, id: string): Promise<DestinationRow | null> {
  const [row] = await tx.select().from(outputDestinations).where(eq(outputDestinations.id, id)).for('update');
  return row ?? null;
}

export async function insertDestination(db: Queryable, { config, ...row }: NewDestination): Promise<DestinationRow> {
  const [made] = await db
    .insert(outputDestinations)
    .values({ ...row, config: sql`${jsonText(config)}::json` })
    .returning();
  return made as DestinationRow;
}

/** Changes settings; the revision grows by one. */
export async function updateDestination(
  db: Queryable,
  id: string,
  { config, ...changes }: DestinationChanges,
): Promise<DestinationRow | null> {
  const [row] = await db
    .update(outputDestinations)
    .set({
      ...changes,
      ...(config === undefined ? {} : { config: sql`${jsonText(config)}::json` }),
      revision: sql`${outputDestinations.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(outputDestinations.id, id))
    .returning();
  return row ?? null;
}

export async function deleteDestination(db: Queryable, id: string): Promise<void> {
  await db.delete(outputDestinations).where(eq(outputDestinations.id, id));
}

/** What became of the last attempt there; no change of the settings, so the revision stays. null: it arrived. */
export async function noteAttempt(db: Queryable, id: string, error: string | null): Promise<void> {
  const changes = error === null ? { lastDeliveredAt: sql`now()`, lastError: null } : { lastError: error };
  await db.update(outputDestinations).set(changes).where(eq(outputDestinations.id, id));
}

/** Enabled destinations that are global or among `ids`. */
export const destinationsFor = (
  db: Queryable,
  ids: readonly string[],
): Promise<Pick<DestinationRow, 'id' | 'name' | 'isGlobal' | 'on' | 'maxAttempts'>[]> =>
  db
    .select({
      id: outputDestinations.id,
      name: outputDestinations.name,
      isGlobal: outputDestinations.isGlobal,
      on: outputDestinations.on,
      maxAttempts: outputDestinations.maxAttempts,
    })
    .from(outputDestinations)
    .where(
      and(
        eq(outputDestinations.enabled, true),
        or(
          eq(outputDestinations.isGlobal, true),
          ids.length === 0 ? undefined : inArray(outputDestinations.id, [...ids]),
        ),
      ),
    );

/** Those of the ids that name a destination. */
export async function knownDestinations(db: Queryable, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: outputDestinations.id })
    .from(outputDestinations)
    .where(inArray(outputDestinations.id, [...ids]));
  return rows.map(({ id }) => id);
}

export const destinationsSealedWithout = (db: Queryable, by: SealedBy): Promise<DestinationRow[]> =>
  db
    .select()
    .from(outputDestinations)
    .where(
      and(
        isNotNull(outputDestinations.keyId),
        sealedOtherwise(by, outputDestinations.keyId, outputDestinations.sealed),
      ),
    );

/** The same secrets under another key; answers false when they were replaced since they were read. */
export async function resealDestination(
  db: Queryable,
  read: Pick<DestinationRow, 'id' | 'revision'>,
  sealed: { keyId: string; sealed: Uint8Array },
): Promise<boolean> {
  const unchanged = and(eq(outputDestinations.id, read.id), eq(outputDestinations.revision, read.revision));
  const { rowCount } = await db.update(outputDestinations).set(sealed).where(unchanged);
  return rowCount === 1;
}

const spec = (fields: ListFields): PageSpec<typeof outputDestinations> => ({
  table: outputDestinations,
  fields,
  columns: {
    id: outputDestinations.id,
    name: outputDestinations.name,
    type: outputDestinations.type,
    enabled: outputDestinations.enabled,
    isGlobal: outputDestinations.isGlobal,
    on: outputDestinations.on,
    createdAt: outputDestinations.createdAt,
    lastDeliveredAt: outputDestinations.lastDeliveredAt,
  },
  search: [outputDestinations.name],
  id: outputDestinations.id,
});

export const pageOfDestinations = (
  db: Queryable,
  fields: ListFields,
  request: ListRequest,
): Promise<Page<DestinationRow>> => pageQuery(db, spec(fields), request);
