import type { Credential, CredentialType } from '@ratchet/contract/entities/credential';
import type { AuthConfig } from '@ratchet/contract/entities/repository';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database, Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  type CredentialRow,
  credentialById,
  credentialOfRepository,
  credentialsSealedWithout,
  credentialUsers,
  deleteCredential,
  deleteCredentialsOf,
  insertCredential,
  pageOfCredentials,
  resealCredential,
  updateCredential,
} from '@ratchet/store/queries/credentials';
import type * as z from 'zod';
import type { KeyRing } from './key-ring.ts';
import { checkSecret, type Secret } from './secret.ts';

type View = z.output<typeof Credential>;
type Type = z.output<typeof CredentialType>;

export interface OpenedSecret extends Secret {
  readonly type: Type;
}

export type Credentials = ReturnType<typeof credentials>;

/**
 * Ways to sign in, sealed. `readEnvironment` gives the variable that `tokenEnv` names, or undefined; only names that start
 * with RATCHET_ are ever asked for, so that nobody reads the rest of the server's environment through a repository.
 */
export function credentials(database: Database, ring: KeyRing, readEnvironment: (name: string) => string | undefined) {
  const seal = (id: string, secret: Secret) => ring.seal(Buffer.from(JSON.stringify(secret), 'utf8'), id);
  const load = async (id: string): Promise<CredentialRow> => {
    const row = await credentialById(database.db, id);
    if (!row) throw notFound('credential', id);
    return row;
  };

  function check(type: Type, secret: Secret): void {
    checkSecret(type, secret);
    if (secret.tokenEnv && !secret.tokenEnv.startsWith('RATCHET_'))
      throw new RatchetError('VALIDATION_FAILED', 'tokenEnv may only name a variable that starts with RATCHET_.', [
        { path: 'tokenEnv', message: 'must start with RATCHET_' },
      ]);
  }

  return {
    async list(fields: ListFields, request: ListRequest): Promise<Page<View>> {
      const page = await pageOfCredentials(database.db, fields, request);
      return { items: page.items.map(view), meta: page.meta };
    },
    get: async (id: string): Promise<View> => view(await load(id)),
    async create(name: string, type: Type, secret: Secret): Promise<View> {
      check(type, secret);
      const id = newId();
      return database.transaction(async (tx) => view(await insertCredential(tx, { id, name, type, ...seal(id, secret) })));
    },
    async rotate(id: string, secret: Secret): Promise<View> {
      const row = await load(id);
      check(row.type as Type, secret);
      return view((await updateCredential(database.db, id, seal(id, secret))) ?? row);
    },
    async delete(id: string): Promise<void> {
      await load(id);
      await database.transaction(async (tx) => {
        const users = await credentialUsers(tx, id);
        if (users.length > 0)
          throw new RatchetError('STATE_CONFLICT', `The credential is used by ${users.join(', ')}. Give those another one first.`);
        await deleteCredential(tx, id);
      });
    },

    /** The secret itself, for the one place that signs in with it. Never crosses a surface. */
    async openSecret(id: string): Promise<OpenedSecret> {
      const row = await load(id);
      const secret = JSON.parse(Buffer.from(ring.open(row.keyId, row.sealed, row.id)).toString('utf8')) as Secret;
      const fromEnvironment = secret.tokenEnv ? readEnvironment(secret.tokenEnv) : undefined;
      if (secret.tokenEnv && fromEnvironment === undefined)
        throw new RatchetError('UNAVAILABLE', `The variable ${secret.tokenEnv} is not set in the server's environment.`);
      const filled = fromEnvironment === undefined ? {} : row.type === 'basic' ? { password: fromEnvironment } : { token: fromEnvironment };
      return { ...secret, ...filled, type: row.type as Type };
    },

    /** Seals anew what an older key sealed; answers how many. */
    async reseal(): Promise<number> {
      const rows = await credentialsSealedWithout(database.db, ring.sealingKey);
      for (const row of rows) {
        const { keyId, sealed } = ring.seal(ring.open(row.keyId, row.sealed, row.id), row.id);
        await resealCredential(database.db, row.id, row.keyId, { keyId, sealed });
      }
      return rows.length;
    },

    /** What a repository's authConfig becomes: a credential of its own. `type: none` takes it away. */
    async keep(tx: Queryable, repository: { id: string; name: string; had: string | null }, auth: AuthConfig): Promise<string | null> {
      if (auth.type === 'none') return null;
      const { type, ...secret } = auth;
      check(type, secret);
      const own = await credentialOfRepository(tx, repository.id);
      const id = own?.id ?? newId();
      const sealed = seal(id, secret);
      if (own) await updateCredential(tx, id, { type, ...sealed });
      else await insertCredential(tx, { id, name: `repository ${repository.id}`, type, ...sealed, ownedByRepository: repository.id });
      return id;
    },
    exists: async (tx: Queryable, id: string): Promise<boolean> => (await credentialById(tx, id)) !== null,
    forget: (tx: Queryable, repositoryId: string): Promise<void> => deleteCredentialsOf(tx, repositoryId),
  };
}

const view = (row: CredentialRow): View => ({
  id: row.id,
  name: row.name,
  type: row.type as Type,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  rotatedAt: row.rotatedAt?.toISOString() ?? null,
});
