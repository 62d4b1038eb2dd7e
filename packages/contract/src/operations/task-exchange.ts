import * as z from 'zod';
import { Problem, Task } from '../entities/task.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';

const entry = z.object({
  path: z.string(),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  mode: z.enum(['100644', '100755']).default('100644'),
});

/** Tasks in and out of the system by hand. */
export const taskExchange = {
  import: operation({
    name: 'tasks.import',
    description: 'Take tasks over: a zip file, a folder on the server, or files given as JSON; one task or many',
    effect: 'write',
    permission: 'create',
    input: z.object({
      format: z.enum(['zip', 'json', 'folder']).default('zip'),
      archive: z.string().max(180_000_000).optional().describe('The zip file, base64; over REST the body itself'),
      files: z.array(entry).max(100_000).optional().describe('format json: every file, in folders, one a task'),
      path: z.string().max(4000).optional().describe('format folder: a folder, or a zip file, on the server'),
      repositoryId: Id.optional().describe('The default repository without'),
      repositoryPath: z.string().max(1000).optional().describe('The folder in it that they go under'),
      onConflict: z
        .enum(['fail', 'skip', 'replace', 'rename'])
        .default('fail')
        .describe('Where a task stands at that path already; fail: nothing at all is imported'),
      dryRun: z.boolean().default(false),
    }),
    output: z
      .object({
        imported: z.array(z.object({ taskId: Id.nullable(), name: z.string(), repositoryPath: z.string() })),
        replaced: z.array(z.object({ taskId: Id.nullable(), name: z.string(), repositoryPath: z.string() })),
        skipped: z.array(z.object({ repositoryPath: z.string(), reason: z.string() })),
        problems: z.array(Problem),
      })
      .meta({ id: 'ImportResult', description: 'What was taken over' }),
    errors: ['VALIDATION_FAILED', 'ALREADY_EXISTS', 'NOT_FOUND', 'REPOSITORY_READ_ONLY', 'PAYLOAD_TOO_LARGE'],
    rest: ['POST', '/tasks/import'],
    graphql: 'importTasks',
    mcp: 'ratchet_import_tasks',
    cli: 'task import',
    rawBody: 'archive',
    rawTypes: ['application/zip'],
    bodyLimit: 128 * 1024 * 1024,
    reportsProgress: true,
  }),
  export: operation({
    name: 'tasks.export',
    description: 'Give tasks out with every file, byte for byte: as a zip file or as JSON',
    effect: 'read',
    permission: 'read',
    input: z.object({
      ids: z
        .array(z.string().min(1).max(200))
        .max(10_000)
        .optional()
        .describe('Ids, or uuids, which mean every version; all tasks without'),
      repositoryId: Id.optional().describe('Only tasks of this repository'),
      format: z.enum(['zip', 'json']).default('zip'),
    }),
    output: z
      .object({
        format: z.enum(['zip', 'json']),
        fileName: z.string(),
        count: z.int().describe('Tasks'),
        archive: z.string().nullable().describe('The zip file, base64'),
        files: z.array(entry).nullable().describe('Every file, in folders, one a task'),
        problems: z.array(Problem).describe('What could not be given out: links'),
      })
      .meta({ id: 'ExportResult', description: 'Tasks as files' }),
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE'],
    rest: ['GET', '/tasks/export'],
    restAliases: [['POST', '/tasks/export']],
    graphql: 'exportTasks',
    mcp: 'ratchet_export_tasks',
    targets: [
      { kind: 'task', member: 'ids.*' },
      { kind: 'repository', member: 'repositoryId' },
    ],
    cli: 'task export',
    rawOutput: { member: 'archive', type: 'application/zip', fileName: 'fileName' },
    reportsProgress: true,
  }),
  discover: operation({
    name: 'tasks.discover',
    description: 'Say which tasks are under a path on the server, without taking them over',
    effect: 'read',
    permission: 'create',
    input: z.object({
      path: z.string().min(1).max(4000),
      limit: z.int().min(1).max(10_000).default(1000),
    }),
    output: z
      .object({
        items: z.array(
          z.object({
            path: z.string().describe('Under the path that was asked for'),
            name: z.string(),
            version: z.string(),
            form: z.string(),
            uuid: z.string().nullable().describe('As its metadata says'),
            known: Id.nullable().describe('The task that has this uuid already'),
            problems: z.array(Problem),
          }),
        ),
        truncated: z.boolean().describe('There are more than the limit'),
        problems: z.array(Problem).describe('What is there and could not be read'),
      })
      .meta({ id: 'DiscoveredTasks', description: 'Tasks found on disk' }),
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'PERMISSION_DENIED'],
    rest: ['POST', '/tasks/discover'],
    graphql: 'discoverTasks',
    mcp: 'ratchet_discover_tasks',
    cli: 'task discover',
  }),
  bulk: operation({
    name: 'tasks.bulk',
    description: 'Do the same to many tasks; one answer for each',
    effect: 'destructive',
    permission: 'edit',
    input: z.object({
      action: z.enum(['enable', 'disable', 'delete', 'restore', 'validate', 'test', 'push', 'tag', 'untag']),
      ids: z.array(z.string().min(1).max(200)).min(1).max(1000),
      tags: z.array(z.string().min(1).max(100)).max(50).optional().describe('For tag and untag'),
    }),
    output: z
      .object({
        succeeded: z.int(),
        failed: z.int(),
        results: z.array(
          z.object({
            id: z.string(),
            success: z.boolean(),
            error: z.object({ code: z.string(), message: z.string() }).nullable(),
            task: Task.nullable(),
          }),
        ),
      })
      .meta({ id: 'BulkTaskResult', description: 'What became of each task' }),
    errors: ['VALIDATION_FAILED'],
    example: { input: { action: 'tag', ids: ['01912d68-783e-7a03-8467-5661c1243ad4'], tags: ['reports'] } },
    rest: ['POST', '/tasks/bulk'],
    graphql: 'bulkTasks',
    mcp: 'ratchet_bulk_tasks',
    targets: [{ kind: 'task', member: 'ids.*' }],
    cli: 'task bulk',
    reportsProgress: true,
  }),
} as const;
