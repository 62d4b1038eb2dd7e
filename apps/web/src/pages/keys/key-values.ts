import type { Role } from '@ratchet/contract/access';
import type { ApiKey } from '@ratchet/contract/entities/api-key';
import type { Permission } from '@ratchet/contract/operation';

/** What a person sets of a key. Null narrows nothing. */
export interface KeyValues {
  readonly name: string;
  readonly role: Role | null;
  readonly scopes: Permission[] | null;
  readonly repositoryIds: string[] | null;
  readonly taskPatterns: string[] | null;
  readonly tools: string[] | null;
  readonly maxConcurrency: number | null;
  readonly expiresAt: string | null;
}

export const newKey: KeyValues = {
  name: '',
  role: null,
  scopes: null,
  repositoryIds: null,
  taskPatterns: null,
  tools: null,
  maxConcurrency: null,
  expiresAt: null,
};

export const valuesOf = (key: ApiKey): KeyValues => ({
  name: key.name,
  role: key.role,
  scopes: key.scopes,
  repositoryIds: key.repositoryIds,
  taskPatterns: key.taskPatterns,
  tools: key.tools,
  maxConcurrency: key.maxConcurrency,
  expiresAt: key.expiresAt,
});

export const fieldNames: { readonly [K in keyof KeyValues]: string } = {
  name: 'Name',
  role: 'Role at most',
  scopes: 'Permissions',
  repositoryIds: 'Repositories',
  taskPatterns: 'Tasks',
  tools: 'Operations',
  maxConcurrency: 'Calls at the same time',
  expiresAt: 'Good until',
};

/** Limits that are written, and name nothing at all, would let a key do nothing: that is said, not sent. */
export const emptyLimits = (values: KeyValues): { readonly [K in keyof KeyValues]?: string } =>
  Object.fromEntries(
    (['scopes', 'repositoryIds', 'taskPatterns', 'tools'] as const)
      .filter((name) => values[name]?.length === 0)
      .map((name) => [name, 'Choose at least one, or do not narrow it']),
  );

/** In a few words what a key is narrowed to; nothing where it may what its owner may. */
export function limitWords(key: ApiKey, repositoryName: (id: string) => string): readonly string[] {
  const list = (words: readonly string[]) =>
    words.length > 3 ? `${words.slice(0, 3).join(', ')} …` : words.join(', ');
  return [
    key.role && `as ${key.role}`,
    key.scopes && `only ${list(key.scopes)}`,
    key.repositoryIds && `in ${list(key.repositoryIds.map(repositoryName))}`,
    key.taskPatterns && `tasks ${list(key.taskPatterns)}`,
    key.tools && `operations ${list(key.tools)}`,
    key.maxConcurrency !== null && `${key.maxConcurrency} calls at once`,
  ].filter((words): words is string => typeof words === 'string');
}

export const isExpired = ({ expiresAt }: Pick<ApiKey, 'expiresAt'>, now = Date.now()): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= now;
