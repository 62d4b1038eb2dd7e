import { type PlacePermission, placePermissions, type Role, roleCeilings } from '@ratchet/contract/access';
import type { Grant } from '@ratchet/contract/entities/grant';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Permission } from '@ratchet/contract/operation';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  deleteGrant,
  type GrantRow,
  grantById,
  insertGrant,
  limitToGrants,
  lockGrant,
  lockGrantee,
  pageOfGrants,
  updateGrant,
} from '@ratchet/store/queries/grants';
import { repositoryById } from '@ratchet/store/queries/repositories';

export type GrantSettings = Pick<Grant, 'repositoryId' | 'taskPattern' | 'permissions'>;
export type Grants = ReturnType<typeof grants>;

/** Changes what somebody may do, in one transaction, and tells every node: what counted before counts no more. */
export type ChangeAccess = <T>(subject: `user:${string}`, work: (tx: Queryable) => Promise<T>) => Promise<T>;

/** Who may do what where. */
export function grants({ db }: Pick<Database, 'db'>, change: ChangeAccess) {
  /** Changes a grant that exists. */
  async function changeOne(id: string, work: (tx: Queryable) => Promise<GrantRow>): Promise<GrantRow> {
    const { userId } = found(id, await grantById(db, id));
    return change(`user:${userId}`, work);
  }

  async function locked(tx: Queryable, id: string, expected: number | undefined): Promise<GrantRow> {
    const row = await lockGrant(tx, id);
    if (!row) throw notFound('grant', id);
    checkRevision(row, expected);
    return row;
  }

  /** Who is granted it, after what the grant is for was checked. */
  async function grantee(tx: Queryable, userId: string, { repositoryId, permissions }: GrantSettings) {
    const user = await lockGrantee(tx, userId);
    if (!user) throw notFound('user', userId);
    if (repositoryId && !(await repositoryById(tx, repositoryId))) throw notFound('repository', repositoryId);
    if (user.role === 'admin')
      throw new RatchetError(
        'STATE_CONFLICT',
        `${user.username} is an admin, who may do everything. Give them another role first.`,
      );
    const over = permissions.filter((permission) => !roleCeilings[user.role].includes(permission));
    if (over.length > 0) {
      const message = `${user.username} has the role ${user.role}, which can never be given ${over.join(', ')}.`;
      throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'permissions', message }]);
    }
    return user;
  }

  return {
    get: async (id: string): Promise<Grant> => view(found(id, await grantById(db, id))),
    async list(fields: ListFields, request: ListRequest): Promise<Page<Grant>> {
      const page = await pageOfGrants(db, fields, request);
      return { items: page.items.map(view), meta: page.meta };
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(found(id, await grantById(db, id)), expected);
    },

    /** The first grant leaves its user nothing but what is granted. Throws NOT_FOUND, STATE_CONFLICT, VALIDATION_FAILED. */
    create: async (userId: string, settings: GrantSettings, createdBy: string): Promise<Grant> =>
      view(
        await change(`user:${userId}`, async (tx) => {
          const user = await grantee(tx, userId, settings);
          if (user.access !== 'granted') await limitToGrants(tx, userId);
          const { repositoryId, taskPattern } = settings;
          const permissions = withRead(settings.permissions);
          return insertGrant(tx, { id: newId(), userId, repositoryId, taskPattern, permissions, createdBy });
        }),
      ),

    /** Gives somebody who sees only what is granted to them all that their role can have in a repository of theirs. */
    async createForMaker(userId: string, repositoryId: string, role: Role, createdBy: string): Promise<void> {
      const all = placePermissions.filter((permission) =>
        (roleCeilings[role] as readonly Permission[]).includes(permission),
      );
      await change(`user:${userId}`, (tx) =>
        insertGrant(tx, { id: newId(), userId, repositoryId, taskPattern: '*', permissions: [...all], createdBy }),
      );
    },

    update: async (
      id: string,
      changes: { readonly [K in keyof GrantSettings]?: GrantSettings[K] | undefined },
      expected: number | undefined,
    ): Promise<Grant> =>
      view(
        await changeOne(id, async (tx) => {
          const row = await locked(tx, id, expected);
          const next: GrantSettings = {
            repositoryId: changes.repositoryId === undefined ? row.repositoryId : changes.repositoryId,
            taskPattern: changes.taskPattern ?? row.taskPattern,
            permissions: withRead(changes.permissions ?? (row.permissions as PlacePermission[])),
          };
          await grantee(tx, row.userId, next);
          return updateGrant(tx, id, { ...next, permissions: [...next.permissions] });
        }),
      ),

    /** Who has no grant left sees nothing any more. */
    async delete(id: string): Promise<void> {
      await changeOne(id, async (tx) => {
        const row = await locked(tx, id, undefined);
        await deleteGrant(tx, id);
        return row;
      });
    },
  };
}

const withRead = (permissions: readonly PlacePermission[]): PlacePermission[] =>
  placePermissions.filter((permission) => permission === 'read' || permissions.includes(permission));

function found(id: string, row: GrantRow | null): GrantRow {
  if (!row) throw notFound('grant', id);
  return row;
}

function checkRevision(row: GrantRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `The grant is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

const view = (row: GrantRow): Grant => ({
  ...row,
  permissions: row.permissions as PlacePermission[],
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
