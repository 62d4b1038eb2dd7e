import { isDeepStrictEqual } from 'node:util';
import { RatchetError } from '@ratchet/contract/errors';
import { allRepositories, type RepositoryRow, setDeclared } from '@ratchet/store/queries/repositories';
import type { RepositoriesContext } from './context.ts';
import type { RepositoryRegistry, RepositorySettings } from './repository-registry.ts';

export type Declaration = RepositorySettings & { readonly isDefault: boolean };

/**
 * Brings repositories in step with what a configuration declares: those of its names are made or changed to it. One that
 * was declared and is no more is paused, never removed: its tasks stay. One that cannot be used is logged, and the others
 * go on. A setting that someone changed since is set back: the configuration is the truth for what it declares.
 */
export async function declareRepositories(
  { database, log }: RepositoriesContext,
  registry: RepositoryRegistry,
  declarations: readonly Declaration[],
): Promise<void> {
  const known = new Map((await allRepositories(database.db)).map((row) => [row.name, row]));
  for (const declaration of declarations)
    try {
      const id = await bringUp(registry, declaration, known.get(declaration.name));
      await setDeclared(database.db, id, true);
      if (declaration.isDefault && !known.get(declaration.name)?.isDefault) await registry.setDefault(id);
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      log('error', 'A declared repository cannot be used.', { repository: declaration.name, error: error.message });
    }
  const names = new Set(declarations.map(({ name }) => name));
  for (const row of known.values()) {
    if (!row.declared || names.has(row.name)) continue;
    await registry.change(row.id, { syncEnabled: false });
    await setDeclared(database.db, row.id, false);
    log('warn', 'A repository is not declared any more: it is paused, and its tasks stay.', { repository: row.name });
  }
}

async function bringUp(
  registry: RepositoryRegistry,
  { isDefault: _, ...settings }: Declaration,
  row: RepositoryRow | undefined,
): Promise<string> {
  if (!row) return (await registry.create({ ...settings, isDefault: false })).id;
  if (row.repositoryType !== settings.repositoryType)
    throw new RatchetError(
      'STATE_CONFLICT',
      `It is of type ${row.repositoryType} already, and a type does not change. Give the declaration another name.`,
    );
  const { authConfig, webhookSecret, credentialId, ...columns } = settings;
  const same = Object.entries(columns).every(([key, value]) => isDeepStrictEqual(value, row[key as keyof typeof row]));
  if (!same || authConfig || webhookSecret)
    await registry.change(row.id, {
      ...(same ? {} : columns),
      ...(authConfig ? { authConfig } : {}),
      ...(credentialId ? { credentialId } : {}),
      ...(webhookSecret ? { webhookSecret } : {}),
    });
  return row.id;
}
