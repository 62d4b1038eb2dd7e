import { randomBytes } from 'node:crypto';
import type { ApiKey } from '@ratchet/contract/entities/api-key';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Permission } from '@ratchet/contract/operation';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  type ApiKeyChanges,
  type ApiKeyRow,
  apiKeyById,
  deleteApiKey,
  insertApiKey,
  pageOfApiKeys,
  updateApiKey,
} from '@ratchet/store/queries/api-keys';
import { userById } from '@ratchet/store/queries/users';
import type { AccessChanges } from './access-changes.ts';
import { hashOfToken } from './session-token.ts';

export const keyPrefix = 'rk_';
/** Characters of a key that are shown, to tell it from others. */
const shown = keyPrefix.length + 8;

/** Members as they come over a surface: times are ISO 8601. */
export type KeySettings = Omit<ApiKeyChanges, 'expiresAt'> & { readonly expiresAt?: string | null };

/** Whose keys are looked at; null: everybody's. */
export type OwnKeysOf = string | null;

export type ApiKeys = ReturnType<typeof apiKeys>;

/** Keys of users for programs. The key itself is answered once; only its SHA-256 is stored. */
export function apiKeys(options: {
  readonly database: Pick<Database, 'db'>;
  readonly changes: Pick<AccessChanges, 'change'>;
}) {
  const { db } = options.database;
  const load = async (id: string, owner: OwnKeysOf): Promise<ApiKeyRow> => {
    const row = await apiKeyById(db, id);
    if (!row || (owner !== null && row.userId !== owner)) throw notFound('API key', id);
    return row;
  };
  return {
    async list(fields: ListFields, request: ListRequest, owner: OwnKeysOf): Promise<Page<ApiKey>> {
      const page = await pageOfApiKeys(db, fields, request, owner ?? undefined);
      return { items: page.items.map(view), meta: page.meta };
    },
    get: async (id: string, owner: OwnKeysOf): Promise<ApiKey> => view(await load(id, owner)),
    async create(
      userId: string,
      settings: KeySettings & { readonly name: string },
    ): Promise<ApiKey & { readonly key: string }> {
      if (!(await userById(db, userId))) throw notFound('user', userId);
      const key = keyPrefix + randomBytes(32).toString('base64url');
      const row = await insertApiKey(db, {
        ...withTimes(settings),
        name: settings.name,
        id: newId(),
        userId,
        prefix: key.slice(0, shown),
        hash: hashOfToken(key),
      });
      return { ...view(row), key };
    },
    async checkRevision(id: string, expected: number, owner: OwnKeysOf): Promise<void> {
      checkRevision(await load(id, owner), expected);
    },
    async change(id: string, settings: KeySettings, expected: number | undefined, owner: OwnKeysOf): Promise<ApiKey> {
      const edit = withTimes(settings);
      await load(id, owner);
      return options.changes.change(`key:${id}`, async (tx) => {
        const row = await updateApiKey(tx, id, edit);
        if (!row) throw notFound('API key', id);
        checkRevision({ ...row, revision: row.revision - 1 }, expected);
        return view(row);
      });
    },
    async remove(id: string, owner: OwnKeysOf): Promise<void> {
      await load(id, owner);
      await options.changes.change(`key:${id}`, async (tx) => {
        if (!(await deleteApiKey(tx, id))) throw notFound('API key', id);
      });
    },
  };
}

function withTimes({ expiresAt, ...rest }: KeySettings): ApiKeyChanges {
  if (expiresAt === undefined) return rest;
  if (expiresAt === null) return { ...rest, expiresAt: null };
  const at = new Date(expiresAt);
  if (at.getTime() <= Date.now())
    throw new RatchetError('VALIDATION_FAILED', 'expiresAt: must lie in the future.', [
      { path: 'expiresAt', message: 'must lie in the future' },
    ]);
  return { ...rest, expiresAt: at };
}

function checkRevision(row: ApiKeyRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `API key ${row.name} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

const view = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  userId: row.userId,
  name: row.name,
  prefix: row.prefix,
  role: row.role,
  scopes: row.scopes as Permission[] | null,
  repositoryIds: row.repositoryIds,
  taskPatterns: row.taskPatterns,
  tools: row.tools,
  maxConcurrency: row.maxConcurrency,
  enabled: row.enabled,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
