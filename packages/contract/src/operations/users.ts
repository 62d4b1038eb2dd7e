import * as z from 'zod';
import { newPassword, Role, User, UserPage, userSettings } from '../entities/user.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';
import { expectedRevision } from './task-reference.ts';

const byId = { id: Id };
const targets = [{ kind: 'user', member: 'id' }] as const;
export const userList: ListFields = {
  filters: {
    id: 'id',
    username: 'string',
    email: 'string',
    name: 'string',
    role: Role.options,
    access: ['all', 'granted'],
    enabled: 'boolean',
    lastLoginAt: 'datetime',
    createdAt: 'datetime',
  },
  sorts: ['id', 'username', 'email', 'name', 'role', 'lastLoginAt', 'createdAt'],
  defaultSort: [{ field: 'username', order: 'asc' }],
};

export const users = {
  list: operation({
    name: 'users.list',
    description: 'Who can sign in',
    effect: 'read',
    permission: 'manage_users',
    input: listInput(userList),
    output: UserPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/users'],
    graphql: 'usersPage',
    mcp: 'ratchet_list_users',
    cli: 'user list',
    list: userList,
  }),
  create: operation({
    name: 'users.create',
    description: 'Make an account',
    effect: 'write',
    permission: 'manage_users',
    input: z.object({
      username: userSettings.username.optional().describe('Made from the address without'),
      email: userSettings.email.optional().describe('username@localhost without'),
      name: userSettings.name.optional(),
      role: Role.default('user'),
      access: z.enum(['all', 'granted']).default('all'),
      password: newPassword,
      mustChangePassword: z.boolean().default(false),
    }),
    output: User,
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS'],
    example: {
      input: { email: 'ada@example.com', name: 'Ada', role: 'user', password: 'correct horse battery staple' },
    },
    rest: ['POST', '/users'],
    graphql: 'createUser',
    mcp: 'ratchet_create_user',
    cli: 'user create',
    creates: true,
  }),
  get: operation({
    name: 'users.get',
    description: 'One account',
    effect: 'read',
    permission: 'manage_users',
    input: z.object(byId),
    output: User,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/users/{id}'],
    graphql: 'user',
    mcp: 'ratchet_get_user',
    cli: 'user show',
  }),
  update: operation({
    name: 'users.update',
    description: 'Change an account; a new password, a lower role or switching it off ends its sessions at once',
    effect: 'write',
    permission: 'manage_users',
    input: z.object({
      ...byId,
      username: userSettings.username.optional(),
      email: userSettings.email.optional(),
      name: userSettings.name.optional(),
      role: Role.optional(),
      access: z.enum(['all', 'granted']).optional(),
      enabled: z.boolean().optional(),
      password: newPassword.optional(),
      mustChangePassword: z.boolean().optional(),
      expectedRevision,
    }),
    output: User,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'REVISION_MISMATCH', 'STATE_CONFLICT'],
    rest: ['PATCH', '/users/{id}'],
    graphql: 'updateUser',
    mcp: 'ratchet_update_user',
    cli: 'user edit',
    precondition: true,
    targets,
  }),
  delete: operation({
    name: 'users.delete',
    description: 'Delete an account with its sessions, keys and grants; what it did stays in the audit',
    effect: 'destructive',
    permission: 'manage_users',
    input: z.object(byId),
    output: z.void(),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['DELETE', '/users/{id}'],
    graphql: 'deleteUser',
    mcp: 'ratchet_delete_user',
    cli: 'user delete',
    targets,
  }),
} as const;
