import type { User } from '@ratchet/contract/entities/user';
import type { UserRow } from '@ratchet/store/queries/users';

export const userView = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  email: row.email,
  name: row.name,
  role: row.role,
  access: row.access,
  enabled: row.enabled,
  mustChangePassword: row.mustChangePassword,
  lastLoginAt: row.lastLoginAt?.toISOString() ?? null,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
