import type { Secret } from '@ratchet/contract/entities/secret';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  deleteSecret,
  grantsOf,
  insertSecret,
  lockSecret,
  pageOfSecrets,
  resealSecret,
  type SecretRow,
  secretById,
  secretsOfTask,
  secretsSealedWithout,
  setGrants,
  updateSecret,
} from '@ratchet/store/queries/secrets';
import { tasksNamed } from '@ratchet/store/queries/tasks';
import type { KeyRing } from './key-ring.ts';

export type Secrets = ReturnType<typeof secrets>;

export interface NewSecret {
  readonly name: string;
  readonly value: string;
  readonly description?: string | undefined;
  /** Ids or uuids. */
  readonly taskIds: readonly string[];
}

export interface SecretChange {
  readonly value?: string | undefined;
  readonly description?: string | null | undefined;
  /** The whole list, ids or uuids. */
  readonly taskIds?: readonly string[] | undefined;
  readonly expectedRevision?: number | undefined;
}

/** Values that tasks are granted, sealed. A grant is by the id of a task: one made anew at the same place has another. */
export function secrets(database: Database, ring: KeyRing) {
  const { db } = database;
  const seal = (id: string, value: string) => ring.seal(Buffer.from(value, 'utf8'), contextOf(id));
  const open = (row: Pick<SecretRow, 'id' | 'keyId' | 'sealed'>): Uint8Array =>
    ring.open(row.keyId, row.sealed, contextOf(row.id));

  const shown = async (tx: Queryable, row: SecretRow): Promise<Secret> =>
    view(row, (await grantsOf(tx, [row.id])).get(row.id) ?? []);

  return {
    async list(fields: ListFields, request: ListRequest): Promise<Page<Secret>> {
      const { items, meta } = await pageOfSecrets(db, fields, request);
      const grants = await grantsOf(
        db,
        items.map(({ id }) => id),
      );
      return { items: items.map((row) => view(row, grants.get(row.id) ?? [])), meta };
    },

    async get(id: string): Promise<Secret> {
      const row = await secretById(db, id);
      if (!row) throw notFound('secret', id);
      return shown(db, row);
    },

    create: ({ name, value, description, taskIds }: NewSecret, by: string): Promise<Secret> =>
      database.transaction(async (tx) => {
        const granted = await taskIdsOf(tx, taskIds);
        const id = newId();
        const row = { id, name, description: description ?? null, createdBy: by, ...seal(id, checked(value)) };
        const made = await insertSecret(tx, row);
        await setGrants(tx, id, granted, by);
        return shown(tx, made);
      }),

    /** Checks a precondition before anything else of a request is judged. */
    async checkRevision(id: string, expected: number): Promise<void> {
      const row = await secretById(db, id);
      if (!row) throw notFound('secret', id);
      checkRevision(row, expected);
    },

    update: (id: string, change: SecretChange, by: string): Promise<Secret> =>
      database.transaction(async (tx) => {
        const row = await lockSecret(tx, id);
        if (!row) throw notFound('secret', id);
        checkRevision(row, change.expectedRevision);
        const { value, description, taskIds } = change;
        if (value === undefined && description === undefined && taskIds === undefined) return shown(tx, row);
        const granted = taskIds && (await taskIdsOf(tx, taskIds));
        const changed = await updateSecret(tx, id, {
          ...(value === undefined ? {} : { ...seal(id, checked(value)), rotatedAt: new Date() }),
          ...(description === undefined ? {} : { description }),
        });
        if (granted) await setGrants(tx, id, granted, by);
        return shown(tx, changed);
      }),

    async delete(id: string): Promise<void> {
      if (!(await deleteSecret(db, id))) throw notFound('secret', id);
    },

    /** The values a task is granted, by name, for the one place that runs it. Never crosses a surface. */
    async ofTask(taskId: string): Promise<Readonly<Record<string, string>>> {
      const rows = await secretsOfTask(db, taskId);
      return Object.fromEntries(rows.map((row) => [row.name, Buffer.from(open(row)).toString('utf8')]));
    },

    /** The names of what a task is granted. */
    namesOf: async (taskId: string): Promise<ReadonlySet<string>> =>
      new Set((await secretsOfTask(db, taskId)).map(({ name }) => name)),

    /** Seals anew what another key or cipher than the first sealed; answers how many. What is replaced meanwhile is left alone. */
    async reseal(): Promise<number> {
      let count = 0;
      for (const row of await secretsSealedWithout(db, ring))
        if (await resealSecret(db, row, ring.seal(open(row), contextOf(row.id)))) count++;
      return count;
    },
  };
}

const contextOf = (id: string): string => `secret:${id}`;

/** A shorter value cannot be taken out of logs without garbling them. */
const shortest = 4;

function checked(value: string): string {
  const wrong = !value.isWellFormed()
    ? 'is not valid Unicode'
    : value.trim().length < shortest
      ? `has fewer than ${shortest} characters beside white space; it could not be kept out of logs`
      : null;
  if (wrong) throw new RatchetError('VALIDATION_FAILED', `value: ${wrong}.`, [{ path: 'value', message: wrong }]);
  return value;
}

function checkRevision({ name, revision }: SecretRow, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Secret ${name} is at revision ${revision}, not ${expected}: someone changed it. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: revision },
  );
}

/**
 * The living tasks that ids or uuids name. Versions that stand side by side share a uuid and are all meant; the same uuid
 * in another repository is someone else's say, and is only ever granted by its id.
 */
async function taskIdsOf(tx: Queryable, references: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const reference of references) {
    const rows = await tasksNamed(tx, reference);
    const exact = rows.find(({ id }) => id === reference);
    if (exact) {
      found.add(exact.id);
      continue;
    }
    if (rows.length === 0) throw notFound('task', reference);
    if (new Set(rows.map(({ repositoryId }) => repositoryId)).size > 1) {
      const message = `${reference} is the uuid of tasks in several repositories: ${rows.map(({ id }) => id).join(', ')}. Name them by id.`;
      throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'taskIds', message }]);
    }
    for (const { id } of rows) found.add(id);
  }
  return [...found];
}

const view = (row: SecretRow, taskIds: string[]): Secret => ({
  id: row.id,
  name: row.name,
  description: row.description,
  taskIds,
  createdBy: row.createdBy,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  rotatedAt: row.rotatedAt?.toISOString() ?? null,
});
