import {
  type GrantedPlace,
  type KeyLimits,
  placePermissions,
  type Rights,
  type Role,
  roleCeilings,
  rolePermissions,
} from '@ratchet/contract/access';
import type { Permission } from '@ratchet/contract/operation';
import type { ApiKeyRow } from '@ratchet/store/queries/api-keys';
import type { GrantPlace } from '@ratchet/store/queries/principals';
import type { UserRow } from '@ratchet/store/queries/users';

type Owner = Pick<UserRow, 'role' | 'access'>;
type Key = Pick<ApiKeyRow, 'role' | 'scopes' | 'repositoryIds' | 'taskPatterns' | 'tools' | 'maxConcurrency'>;

const isOfPlaces = (permission: Permission): boolean =>
  (placePermissions as readonly Permission[]).includes(permission);

/** What a user may do: their role, and where their access is narrowed, what the grants give within the role's ceiling. */
export function rightsOfUser({ role, access }: Owner, grants: readonly GrantPlace[]): Rights {
  if (access === 'all') return { role, permissions: rolePermissions[role], grants: null, key: null };
  const places = grants.map(placeOf);
  const granted = new Set(places.flatMap(({ permissions }) => permissions));
  const permissions = roleCeilings[role].filter((permission) =>
    isOfPlaces(permission)
      ? permission === 'read' || granted.has(permission)
      : rolePermissions[role].includes(permission),
  );
  return { role, permissions, grants: places, key: null };
}

/** What a key may do: never more than its owner now, nor more than its own role, scopes and limits. */
export function rightsOfKey(owner: Owner, grants: readonly GrantPlace[], key: Key): Rights {
  const whole = rightsOfUser(owner, grants);
  const permissions = whole.permissions.filter(
    (permission) =>
      (key.role === null || rolePermissions[key.role].includes(permission)) &&
      (key.scopes === null || key.scopes.includes(permission)),
  );
  const { repositoryIds, taskPatterns, tools, maxConcurrency } = key;
  const limits: KeyLimits = { repositoryIds, taskPatterns, tools, maxConcurrency };
  return { role: lower(owner.role, key.role), permissions, grants: whole.grants, key: limits };
}

/** The key's role where it is within the owner's. */
const lower = (owner: Role, key: Role | null): Role =>
  key !== null && rolePermissions[key].every((permission) => rolePermissions[owner].includes(permission)) ? key : owner;

/** Whoever may do anything somewhere may look there. */
function placeOf({ repositoryId, taskPattern, permissions }: GrantPlace): GrantedPlace {
  const held = permissions as Permission[];
  return { repositoryId, taskPattern, permissions: held.length > 0 ? [...new Set<Permission>(['read', ...held])] : [] };
}
