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
  releaseOwnCredential,
  resealCredential,
  resealWebhookSecret,
  updateCredential,
  webhookSecretsSealedWithout,
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

/** The server's environment, as far as a credential may name it. */
export interface EnvironmentRules {
  /** Names that may be read besides those that start with RATCHET_. */
  readonly allowed?: readonly string[];
  /** Names that may not: what the server itself is configured with. */
  readonly reserved?: readonly string[];
}

/**
 * Ways to sign in, sealed. `readEnvironment` gives the variable that `tokenEnv` names, or undefined, each time the secret
 * is used. Only names that `rules` let through are ever asked for, so that nobody reads the rest of the server's
 * environment through a repository.
 */
export function credentials(
  database: Database,
  ring: KeyRing,
  readEnvironment: (name: string) => string | undefined,
  rules: EnvironmentRules = {},
) {
  const seal = (id: string, secret: Secret) => ring.seal(Buffer.from(JSON.stringify(secret), 'utf8'), id);
  const load = async (id: string): Promise<CredentialRow> => {
    const row = await credentialById(database.db, id);
    if (!row) throw notFound('credential', id);
    return row;
  };

  const mayRead = (name: string): boolean =>
    !rules.reserved?.includes(name) && (/^RATCHET_\w+$/.test(name) || rules.allowed?.includes(name) === true);
  const variable = (name: string): string => {
    const value = mayRead(name) ? readEnvironment(name) : undefined;
    if (value) return value;
    throw new RatchetError(
      'UNAVAILABLE',
      `The variable ${name} is not set in the server's environment. Set it and start the server anew.`,
    );
  };

  function check(type: Type, secret: Secret): void {
    checkSecret(type, secret);
    if (secret.tokenEnv && !mayRead(secret.tokenEnv)) {
      const message =
        'tokenEnv may only name a variable that starts with RATCHET_, or one that the configuration allows.';
      throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'tokenEnv', message: 'is not allowed' }]);
    }
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
      return database.transaction(async (tx) =>
        view(await insertCredential(tx, { id, name, type, ...seal(id, secret) })),
      );
    },
    async rotate(id: string, secret: Secret): Promise<View> {
      const { type } = await load(id);
      check(type as Type, secret);
      const row = await updateCredential(database.db, id, seal(id, secret));
      if (!row) throw notFound('credential', id);
      return view(row);
    },
    async delete(id: string): Promise<void> {
      await load(id);
      await database.transaction(async (tx) => {
        const users = await credentialUsers(tx, id);
        if (users.length > 0)
          throw new RatchetError(
            'STATE_CONFLICT',
            `The credential is used by ${users.join(', ')}. Give those another one first.`,
          );
        await deleteCredential(tx, id);
      });
    },

    /** The secret itself, for the one place that signs in with it. Never crosses a surface. */
    async openSecret(id: string): Promise<OpenedSecret> {
      const row = await load(id);
      const secret = JSON.parse(Buffer.from(ring.open(row.keyId, row.sealed, row.id)).toString('utf8')) as Secret;
      const type = row.type as Type;
      if (!secret.tokenEnv) return { ...secret, type };
      return { ...secret, [type === 'basic' ? 'password' : 'token']: variable(secret.tokenEnv), type };
    },

    /** Seals anew what another key or cipher than the first sealed; answers how many. What is replaced meanwhile is left alone. */
    async reseal(): Promise<number> {
      let count = 0;
      for (const row of await credentialsSealedWithout(database.db, ring)) {
        const sealed = ring.seal(ring.open(row.keyId, row.sealed, row.id), row.id);
        if (await resealCredential(database.db, row, sealed)) count++;
      }
      for (const { id, keyId, sealed } of await webhookSecretsSealedWithout(database.db, ring)) {
        const context = webhookContext(id);
        const anew = ring.seal(ring.open(keyId, sealed, context), context);
        if (await resealWebhookSecret(database.db, { id, sealed }, anew)) count++;
      }
      return count;
    },

    /** What a repository's authConfig becomes: a credential of its own. `type: none` takes it away. */
    async keep(
      tx: Queryable,
      repository: { id: string; name: string; had: string | null },
      auth: AuthConfig,
    ): Promise<string | null> {
      if (auth.type === 'none') {
        await releaseOwnCredential(tx, repository.id);
        await deleteCredentialsOf(tx, repository.id);
        return null;
      }
      const { type, ...secret } = auth;
      check(type, secret);
      const own = await credentialOfRepository(tx, repository.id);
      const id = own?.id ?? newId();
      const sealed = seal(id, secret);
      if (own) await updateCredential(tx, id, { type, ...sealed });
      else
        await insertCredential(tx, {
          id,
          name: `repository ${repository.id}`,
          type,
          ...sealed,
          ownedByRepository: repository.id,
        });
      return id;
    },
    /** The secret that a repository's webhooks are signed with, sealed for its row. */
    sealWebhook(repositoryId: string, secret: string | null) {
      if (secret === null) return { webhookSecret: null, webhookSecretKey: null };
      const { keyId, sealed } = ring.seal(Buffer.from(secret, 'utf8'), webhookContext(repositoryId));
      return { webhookSecret: sealed, webhookSecretKey: keyId };
    },
    /** Null: the repository takes no webhooks. */
    openWebhook(row: { id: string; webhookSecret: Uint8Array | null; webhookSecretKey: string | null }): string | null {
      if (!row.webhookSecret || !row.webhookSecretKey) return null;
      return Buffer.from(ring.open(row.webhookSecretKey, row.webhookSecret, webhookContext(row.id))).toString('utf8');
    },
    exists: async (tx: Queryable, id: string): Promise<boolean> => (await credentialById(tx, id)) !== null,
    forget: (tx: Queryable, repositoryId: string): Promise<void> => deleteCredentialsOf(tx, repositoryId),
  };
}

const webhookContext = (repositoryId: string): string => `webhook:${repositoryId}`;

const view = (row: CredentialRow): View => ({
  id: row.id,
  name: row.name,
  type: row.type as Type,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  rotatedAt: row.rotatedAt?.toISOString() ?? null,
});
