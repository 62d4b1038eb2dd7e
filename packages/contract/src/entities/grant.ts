import * as z from 'zod';
import { placePermissions } from '../access.ts';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

const PlacePermission = z
  .enum(placePermissions)
  .meta({ id: 'PlacePermission', description: 'A right that is held over repositories and tasks' });

export const grantSettings = {
  repositoryId: Id.nullable().default(null).describe('Null: every repository'),
  taskPattern: z.string().min(1).max(200).default('*').describe('Only tasks whose name fits (* and ?)'),
  permissions: z.array(PlacePermission).min(1).max(20).describe('read comes with any other'),
};

export const Grant = z
  .object({
    id: Id,
    userId: Id,
    repositoryId: Id.nullable(),
    taskPattern: z.string(),
    permissions: z.array(PlacePermission),
    createdBy: z.string(),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Grant', description: 'What somebody may do in a repository, or to tasks whose name fits a pattern' });
export type Grant = z.output<typeof Grant>;
export const GrantPage = pageOf(Grant, 'GrantPage');
