import { notFound, RatchetError } from './errors.ts';
import { type Permission, permissions } from './operation.ts';

export const roles = ['admin', 'user', 'readonly', 'service'] as const;
export type Role = (typeof roles)[number];

/** Permissions that are held over tasks and repositories, and so can be granted for some of them. */
export const placePermissions = [
  'read',
  'create',
  'edit',
  'delete',
  'run',
  'debug',
  'sync',
  'push',
  'manage_repository',
  'delete_repository',
] as const satisfies readonly Permission[];
export type PlacePermission = (typeof placePermissions)[number];

/** What a role may do without a grant. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  admin: permissions,
  user: ['read', 'create', 'edit', 'delete', 'run', 'debug', 'sync', 'push', 'manage_repository', 'create_repository'],
  readonly: ['read'],
  service: ['read', 'create', 'edit', 'run', 'sync', 'push'],
};

/** What grants can give to a role, at most. */
export const roleCeilings: Readonly<Record<Role, readonly Permission[]>> = {
  admin: permissions,
  user: [...placePermissions, 'create_repository'],
  readonly: ['read'],
  service: ['read', 'create', 'edit', 'run', 'sync', 'push'],
};

/** One grant as it counts: what may be done to tasks of a repository (null: any) whose name fits a pattern. */
export interface GrantedPlace {
  readonly repositoryId: string | null;
  /** `*` and `?` as in file names; `*` for all. */
  readonly taskPattern: string;
  readonly permissions: readonly Permission[];
}

/** What an API key narrows its owner's rights to; null: no narrower. */
export interface KeyLimits {
  readonly repositoryIds: readonly string[] | null;
  readonly taskPatterns: readonly string[] | null;
  /** MCP tool names, or patterns of them: the operations that may be called, whatever the surface. */
  readonly tools: readonly string[] | null;
  /** Calls at the same time. */
  readonly maxConcurrency: number | null;
}

/** What a caller may do, and where. Worked out once, when the caller is known. */
export interface Rights {
  readonly role: Role;
  /** At most these, wherever. */
  readonly permissions: readonly Permission[];
  /** Null: everywhere. Else only at these places. */
  readonly grants: readonly GrantedPlace[] | null;
  readonly key: KeyLimits | null;
}

/** Everything, everywhere: the server itself, and whoever reaches a server that signs nobody in. */
export const fullRights: Rights = { role: 'admin', permissions, grants: null, key: null };

/** A repository (null: any, or none), and patterns that a task's name must fit, all of them. */
export interface Place {
  readonly repositoryId: string | null;
  readonly taskPatterns: readonly string[];
}

/** Whether there is any place at all where the caller may do this. */
export const mayAnywhere = (rights: Rights, permission: Permission): boolean =>
  rights.permissions.includes(permission) && (placesOf(rights, permission)?.length ?? 1) > 0;

/** Whether the caller may do this everywhere: to what stands in no repository, and is no task's. */
export const mayEverywhere = (rights: Rights, permission: Permission): boolean =>
  rights.permissions.includes(permission) && placesOf(rights, permission) === null;

/**
 * Where the caller may do this. Null: everywhere. Empty: nowhere. Permissions that are not held over places are held
 * everywhere or not at all.
 */
export function placesOf(rights: Rights, permission: Permission): readonly Place[] | null {
  if (!rights.permissions.includes(permission)) return [];
  const { grants, key } = rights;
  if (grants === null && (key === null || (key.repositoryIds === null && key.taskPatterns === null))) return null;
  if (!(placePermissions as readonly Permission[]).includes(permission)) return null;
  const granted: readonly Place[] =
    grants === null
      ? [{ repositoryId: null, taskPatterns: [] }]
      : grants
          .filter((grant) => grant.permissions.includes(permission))
          .map(({ repositoryId, taskPattern }) => ({ repositoryId, taskPatterns: named(taskPattern) }));
  const places = granted
    .flatMap((place) => withinRepositories(place, key?.repositoryIds ?? null))
    .flatMap((place) => withinPatterns(place, key?.taskPatterns ?? null));
  return places.some(({ repositoryId, taskPatterns }) => repositoryId === null && taskPatterns.length === 0)
    ? null
    : places;
}

/** Whether the caller may do this to a task of that name in that repository; `name` null: to the repository itself. */
export function mayAt(
  rights: Rights,
  permission: Permission,
  at: { readonly repositoryId: string | null; readonly name: string | null },
): boolean {
  const places = placesOf(rights, permission);
  return places === null || places.some((place) => fits(place, at));
}

/** Whether a task may be seen; `name` null: what a repository holds that is no task's. */
export const seesTask = (
  rights: Rights,
  at: { readonly repositoryId: string | null; readonly name: string | null },
): boolean => mayAt(rights, 'read', at);

/** Throws PERMISSION_DENIED, or NOT_FOUND of a repository that may not even be seen, where `mayAt` says no. */
export function requireAt(
  rights: Rights,
  permission: Permission,
  at: { readonly repositoryId: string | null; readonly name: string | null },
): void {
  if (mayAt(rights, permission, at)) return;
  if (at.repositoryId !== null && !mayAtRepository(rights, 'read', at.repositoryId))
    throw notFound('repository', at.repositoryId);
  const where = at.repositoryId === null ? 'outside every repository' : 'in this repository';
  const whom = at.name === null ? '' : ` for a task named ${JSON.stringify(at.name)}`;
  throw new RatchetError('PERMISSION_DENIED', `You need the permission ${permission} ${where}${whom}.`, { permission });
}

/** Throws PERMISSION_DENIED where the permission is not held everywhere; `what` is what that is asked for. */
export function requireEverywhere(rights: Rights, permission: Permission, what: string): void {
  if (mayEverywhere(rights, permission)) return;
  throw new RatchetError('PERMISSION_DENIED', `${what} needs the permission ${permission} in every repository.`, {
    permission,
  });
}

/**
 * A repository itself is seen wherever any of its tasks may be; anything else done to it asks for all of its tasks, or a
 * pattern of tasks would let its holder change what the pattern keeps from them.
 */
export function mayAtRepository(rights: Rights, permission: Permission, repositoryId: string): boolean {
  const places = placesOf(rights, permission);
  if (places === null) return true;
  return places.some(
    (place) =>
      (place.repositoryId === null || place.repositoryId === repositoryId) &&
      (permission === 'read' || place.taskPatterns.length === 0),
  );
}

const named = (pattern: string): readonly string[] => (/^\*+$/.test(pattern) ? [] : [pattern]);

const withinRepositories = (place: Place, ids: readonly string[] | null): Place[] =>
  ids === null
    ? [place]
    : place.repositoryId === null
      ? ids.map((repositoryId) => ({ ...place, repositoryId }))
      : ids.includes(place.repositoryId)
        ? [place]
        : [];

const withinPatterns = (place: Place, patterns: readonly string[] | null): Place[] =>
  patterns === null
    ? [place]
    : patterns.map((pattern) => ({ ...place, taskPatterns: [...place.taskPatterns, ...named(pattern)] }));

const fits = (place: Place, at: { readonly repositoryId: string | null; readonly name: string | null }): boolean =>
  (place.repositoryId === null || place.repositoryId === at.repositoryId) &&
  place.taskPatterns.every((pattern) => at.name !== null && matchesPattern(pattern, at.name));

/**
 * `*` is any text and `?` any one character; everything else, case too, is itself. In time proportional to both lengths
 * multiplied, whatever the pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const [wanted, given] = [[...pattern], [...text]];
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < given.length) {
    if (wanted[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (wanted[p] === '*') p++;
  return p === wanted.length;
}
