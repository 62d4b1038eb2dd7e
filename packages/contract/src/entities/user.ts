import * as z from 'zod';
import { roles } from '../access.ts';
import { Id, Time } from '../json.ts';
import { Name } from '../name.ts';
import { permissions } from '../operation.ts';
import { pageOf } from '../paging.ts';

export const Role = z
  .enum(roles)
  .meta({ id: 'Role', description: 'What somebody may do at most; service is for machines, readonly changes nothing' });
export const PermissionName = z.enum(permissions).meta({ id: 'Permission', description: 'A right to do something' });

export const User = z
  .object({
    id: Id,
    username: z.string().describe('Signs in with it, or with the address'),
    email: z.string(),
    name: z.string(),
    role: Role,
    access: z
      .enum(['all', 'granted'])
      .describe(
        'granted: sees and does only what grants name; the first grant sets it, and only a person takes it back',
      ),
    enabled: z.boolean().describe('One who is not cannot sign in, and neither can their keys'),
    mustChangePassword: z.boolean().describe('Nothing else can be done before'),
    lastLoginAt: Time.nullable(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'User', description: 'Somebody who can sign in; the password is never answered' });
export type User = z.output<typeof User>;
export const UserPage = pageOf(User, 'UserPage');

export const newPassword = z
  .string()
  .min(10, 'must have at least 10 characters')
  .max(256, 'must have at most 256 characters')
  .describe('10 to 256 characters');

export const userSettings = {
  username: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits, dots, dashes or underlines')
    .describe('Lower-case letters, digits, dots, dashes and underlines'),
  email: z.email().max(320),
  name: Name,
  role: Role,
};

/** Tokens of one sign-in. */
export const SignIn = z
  .object({
    user: User,
    accessToken: z.string().describe('A JWT for `Authorization: Bearer`, good for expiresIn seconds'),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().describe('Seconds'),
    refreshToken: z.string().describe('Exchanged once for the next pair; browsers have it in a cookie'),
    refreshExpiresAt: Time,
    sessionId: z.string(),
  })
  .meta({ id: 'SignIn', description: 'Somebody has signed in' });
export type SignIn = z.output<typeof SignIn>;

/** Who a request comes from, and what they may do. */
export const Identity = z
  .object({
    kind: z.enum(['user', 'api_key', 'system', 'anonymous']),
    id: z.string(),
    name: z.string(),
    user: User.nullable().describe('Null where nobody has signed in'),
    role: Role,
    permissions: z.array(PermissionName).describe('At most these, wherever'),
    everywhere: z.boolean().describe('Not narrowed to places by grants or by a key'),
    apiKeyId: Id.nullable(),
    sessionId: z.string().nullable(),
  })
  .meta({ id: 'Identity', description: 'Who asks, and what they may do' });
