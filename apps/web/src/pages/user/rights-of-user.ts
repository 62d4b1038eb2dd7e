import {
  type GrantedPlace,
  placePermissions,
  type Rights,
  roleCeilings,
  rolePermissions,
} from '@ratchet/contract/access';
import type { Grant } from '@ratchet/contract/entities/grant';
import type { User } from '@ratchet/contract/entities/user';
import type { Permission } from '@ratchet/contract/operation';

const isOfPlaces = (permission: Permission): boolean =>
  (placePermissions as readonly Permission[]).includes(permission);

/** What counts of a role and grants, to be shown; the server works it out for itself on every call. */
export function rightsOfUser({ role, access }: Pick<User, 'role' | 'access'>, grants: readonly Grant[]): Rights {
  if (role === 'admin' || access === 'all')
    return { role, permissions: rolePermissions[role], grants: null, key: null };
  const places: GrantedPlace[] = grants.map(({ repositoryId, taskPattern, permissions }) => ({
    repositoryId,
    taskPattern,
    permissions: [...new Set<Permission>(['read', ...permissions])],
  }));
  const granted = new Set(places.flatMap(({ permissions }) => permissions));
  const permissions = roleCeilings[role].filter((permission) =>
    isOfPlaces(permission)
      ? permission === 'read' || granted.has(permission)
      : rolePermissions[role].includes(permission),
  );
  return { role, permissions, grants: places, key: null };
}
