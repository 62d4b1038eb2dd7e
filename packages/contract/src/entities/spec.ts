import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { Name } from '../name.ts';
import { pageOf } from '../paging.ts';
import { ConflictPolicy } from './repository.ts';
import { TaskFile } from './task.ts';

export const Project = z
  .object({
    id: Id,
    name: z.string().describe('Unique; the first part of the ids of its specs'),
    path: z.string().describe('The folder that holds the openspec folder'),
    syncEnabled: z.boolean().describe('Whether it is watched and swept'),
    isWritable: z.boolean().describe('Whether edits go back to its files'),
    conflictPolicy: ConflictPolicy,
    specCount: z.int().describe('Changes that are open'),
    archivedCount: z.int().describe('Changes in its archive'),
    openConflicts: z.int(),
    syncStatus: z.enum(['pending', 'success', 'error']),
    syncError: z.string().nullable(),
    lastSyncAt: Time.nullable(),
    declared: z.boolean().describe('OPENSPEC_PROJECTS_DIR or the configuration names it'),
    revision: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Project', description: 'A folder with an openspec folder, kept in step' });
export type Project = z.output<typeof Project>;
export const ProjectPage = pageOf(Project, 'ProjectPage');

/** The members of a project that a client may set. */
export const projectSettings = {
  name: Name,
  path: z.string().trim().min(1).max(4000).describe('The folder on the server that holds the openspec folder'),
  syncEnabled: z.boolean().default(true),
  isWritable: z.boolean().default(true),
  conflictPolicy: ConflictPolicy.default('manual'),
};

/** One line of tasks.md that OpenSpec counts as a task. */
export const SpecTask = z
  .object({
    number: z.string().nullable().describe('As written, such as 1.2.3a; null where it has none'),
    text: z.string().describe('What is to be done, without its number'),
    done: z.boolean(),
    line: z.int().describe('Its line in tasks.md, from 1'),
    group: z.string().nullable().describe('The heading it stands under'),
    depth: z.int().describe('How deep it is nested, from 0'),
  })
  .meta({ id: 'SpecTask', description: 'One task of a change' });

export const SpecProblem = z
  .object({
    path: z.string().describe('The file, within the change'),
    code: z.string(),
    message: z.string().describe('What is wrong and what to do'),
    line: z.int().optional().describe('The line, from 1'),
    severity: z.enum(['error', 'warning', 'info']).describe('As OpenSpec’s own validation weighs it'),
  })
  .meta({ id: 'SpecProblem', description: 'Something about a change that should be looked at' });

export const SpecSection = z
  .object({ title: z.string(), level: z.int().describe('Of its heading, 1 to 6'), line: z.int(), content: z.string() })
  .meta({ id: 'SpecSection', description: 'A heading and what stands below it' });

export const SpecDelta = z
  .object({
    capability: z.string().describe('The folder below specs/'),
    operation: z.enum(['added', 'modified', 'removed', 'renamed']),
    requirement: z.string(),
    from: z.string().nullable().describe('The former name, of a renamed one'),
    scenarios: z.int(),
    line: z.int().describe('In the spec.md of the capability'),
  })
  .meta({ id: 'SpecDelta', description: 'What a change does to one requirement' });

export const SpecStatus = z
  .enum(['no_tasks', 'in_progress', 'complete', 'archived'])
  .meta({ id: 'SpecStatus', description: 'How far a change is' });
export const SpecSyncStatus = z
  .enum(['synced', 'modified', 'conflict', 'error'])
  .meta({ id: 'SpecSyncStatus', description: 'Where the database stands against the files' });

export const Spec = z
  .object({
    id: z.string().describe('The folder of the change'),
    specId: z.string().describe('<project>/<folder>, which is unique'),
    documentId: Id.describe('Stays the same when the folder is renamed or archived'),
    projectId: Id,
    projectName: z.string(),
    title: z.string(),
    status: SpecStatus,
    archived: z.boolean(),
    archivedOn: z.string().nullable().describe('YYYY-MM-DD, from the folder’s name'),
    why: z.string().nullable(),
    whatChanges: z.string().nullable(),
    impact: z.string().nullable(),
    capabilities: z.string().nullable(),
    proposalContent: z.string().nullable().describe('proposal.md, byte for byte; null where there is none'),
    tasksContent: z.string().nullable(),
    designContent: z.string().nullable(),
    designSections: z.array(SpecSection),
    tasks: z.array(SpecTask),
    taskCounts: z.object({ total: z.int(), done: z.int() }),
    deltas: z.array(SpecDelta),
    files: z.array(TaskFile).describe('Every file of the change'),
    problems: z.array(SpecProblem),
    syncStatus: SpecSyncStatus,
    syncError: z.string().nullable(),
    conflictId: Id.nullable().describe('The open conflict'),
    lastSyncedAt: Time.nullable(),
    filesystemModifiedAt: Time.nullable(),
    dbModifiedAt: Time.nullable(),
    revision: z.int(),
    checksum: z.string().describe('SHA-256 over the tree'),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Spec', description: 'An OpenSpec change' });
export type Spec = z.output<typeof Spec>;
export const SpecPage = pageOf(Spec, 'SpecPage');

export const SpecVersion = z
  .object({
    revision: z.int(),
    checksum: z.string(),
    changeDescription: z.string().nullable(),
    changedBy: z.string(),
    changeSource: z.enum(['api', 'sync', 'rollback']),
    deleted: z.boolean().describe('It is the revision of a deletion'),
    proposalContent: z.string().nullable(),
    tasksContent: z.string().nullable(),
    designContent: z.string().nullable(),
    files: z.array(TaskFile),
    createdAt: Time,
  })
  .meta({ id: 'SpecVersion', description: 'One revision of a change' });
export type SpecVersion = z.output<typeof SpecVersion>;
export const SpecVersionPage = pageOf(SpecVersion, 'SpecVersionPage');

export const SpecValidation = z
  .object({ specId: z.string(), valid: z.boolean().describe('No problem is an error'), problems: z.array(SpecProblem) })
  .meta({ id: 'SpecValidation', description: 'What OpenSpec’s rules say of a change' });

export const SpecField = z.enum(['title', 'why', 'whatChanges', 'impact', 'design', 'tasks', 'specs', 'files']).meta({
  id: 'SpecField',
  description: 'A part of a change: specs and files stand for what the other parts do not cover',
});

export const SpecDifference = z
  .object({
    field: SpecField,
    base: z.string().nullable(),
    filesystem: z.string().nullable(),
    database: z.string().nullable(),
    conflicting: z.boolean().describe('Both sides changed it, and not alike'),
  })
  .meta({ id: 'SpecDifference', description: 'A part of a change that differs between the files and the database' });

export const SpecConflicts = z
  .object({
    specId: z.string(),
    conflict: z.boolean().describe('Whether a person has to decide'),
    conflictId: Id.nullable(),
    differences: z.array(SpecDifference),
    filesystemModifiedAt: Time.nullable(),
    dbModifiedAt: Time.nullable(),
  })
  .meta({ id: 'SpecConflicts', description: 'How the files of a change and the database differ, by content' });

export const SpecDirection = z
  .enum(['fs_to_db', 'db_to_fs'])
  .meta({ id: 'SpecDirection', description: 'From the files to the database, or back' });
export const SpecTrigger = z
  .enum(['file_watcher', 'periodic', 'user_edit', 'manual'])
  .meta({ id: 'SpecTrigger', description: 'What caused a sync' });

export const SpecSyncOutcome = z
  .enum(['success', 'error', 'conflict'])
  .meta({ id: 'SpecSyncOutcome', description: 'How one sync of a change ended' });

export const SpecSync = z
  .object({
    id: Id,
    specId: z.string(),
    projectId: Id,
    direction: SpecDirection,
    trigger: SpecTrigger,
    status: SpecSyncOutcome,
    filesChanged: z.array(z.string()).describe('Paths within the change'),
    error: z.string().nullable(),
    startedBy: z.string(),
    startedAt: Time,
    durationMs: z.number(),
  })
  .meta({ id: 'SpecSync', description: 'One time that something of a change was carried from one side to the other' });
export type SpecSync = z.output<typeof SpecSync>;
export const SpecSyncPage = pageOf(SpecSync, 'SpecSyncPage');

export const SpecSyncResult = z
  .object({
    projects: z.int().describe('Projects that were looked at'),
    specsAdded: z.int(),
    specsUpdated: z.int().describe('Taken over from the files'),
    specsDeleted: z.int(),
    specsMerged: z.int(),
    specsWritten: z.int().describe('Written to the files'),
    conflicts: z.array(z.object({ specId: z.string(), conflictId: Id, fields: z.array(SpecField) })),
    problems: z.array(SpecProblem.extend({ specId: z.string().nullable() })).describe('Paths within the project'),
    failures: z.array(z.object({ projectId: Id, code: z.string(), message: z.string() })),
    durationMs: z.number(),
    message: z.string().describe('What happened, in a sentence'),
  })
  .meta({ id: 'SpecSyncResult', description: 'What a sync of specs did' });

export const SpecSyncState = z
  .object({
    projects: z.int(),
    specs: z.int(),
    synced: z.int(),
    modified: z.int(),
    conflicts: z.int(),
    errors: z.int(),
    watching: z.boolean().describe('Whether files are watched, besides the sweep'),
    lastSyncAt: Time.nullable(),
  })
  .meta({ id: 'SpecSyncState', description: 'How far specs are in step' });

export const SpecSyncEvent = z
  .object({
    type: z.enum(['sync_started', 'sync_completed', 'sync_failed', 'conflict_detected']),
    specId: z.string().nullable().describe('null: the whole project'),
    projectId: Id,
    direction: SpecDirection.nullable(),
    trigger: SpecTrigger,
    success: z.boolean().nullable().describe('null while it runs'),
    error: z.string().nullable(),
    at: Time,
  })
  .meta({
    id: 'SpecSyncEvent',
    description: 'Something that happened between the files of a project and the database',
  });
export type SpecSyncEvent = z.output<typeof SpecSyncEvent>;
