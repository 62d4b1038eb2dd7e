import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const ConflictType = z
  .enum(['both_modified', 'local_deleted', 'remote_deleted', 'no_base', 'name_clash'])
  .meta({ id: 'ConflictType', description: 'How the two sides disagree' });
export type ConflictType = z.output<typeof ConflictType>;

export const HunkChoice = z
  .enum(['local', 'remote', 'both'])
  .meta({ id: 'HunkChoice', description: 'Whose text to take' });
export type HunkChoice = z.output<typeof HunkChoice>;

export const ConflictHunk = z
  .object({
    id: z.string().describe('Names the hunk in `choices`'),
    kind: z.enum(['lines', 'value']).describe('Lines of text, or one value of a JSON or YAML file'),
    pointer: z.string().optional().describe('JSON Pointer, for a value'),
    line: z.int().optional().describe('Line in `merged`, from 1, for lines'),
    base: JsonValue.optional().describe('Text, or the value; left out where there is none'),
    local: JsonValue.optional(),
    remote: JsonValue.optional(),
  })
  .meta({ id: 'ConflictHunk', description: 'One place where both sides changed' });

export const ConflictFile = z
  .object({
    path: z.string(),
    state: z.enum(['merged', 'conflict', 'local_only', 'remote_only', 'local_deleted', 'remote_deleted']),
    base: z.string().nullable().describe('Text of the base; null where there is none or it is not text'),
    local: z.string().nullable(),
    remote: z.string().nullable(),
    merged: z.string().nullable().describe('The suggested merge, with markers where it is open'),
    hunks: z.array(ConflictHunk),
  })
  .meta({ id: 'ConflictFile', description: 'One file of a conflict' });

export const Conflict = z
  .object({
    id: Id,
    taskId: Id.nullable(),
    repositoryId: Id,
    repositoryPath: z.string(),
    conflictType: ConflictType,
    files: z.array(ConflictFile),
    autoResolvable: z.boolean().describe('Whether `merge` needs no choices'),
    status: z.enum(['open', 'resolved', 'superseded']),
    resolution: z.string().nullable(),
    documentKind: z.string(),
    documentId: z.string().nullable(),
    revision: z.int(),
    createdAt: Time,
    resolvedAt: Time.nullable(),
    resolvedBy: z.string().nullable(),
  })
  .meta({ id: 'Conflict', description: 'A document both sides changed in a way that a person decides' });
export type Conflict = z.output<typeof Conflict>;
export const ConflictPage = pageOf(Conflict, 'ConflictPage');
