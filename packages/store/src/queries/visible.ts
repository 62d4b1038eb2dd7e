import { type Place, placesOf, type Rights } from '@ratchet/contract/access';
import { and, type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/*
 * What a reader may see, as conditions of statements: the same as `mayAt` answers for one row. `undefined` is no condition,
 * so that the statements of a reader who sees everything stay as they are.
 */

interface At {
  readonly repositoryId: SQLWrapper;
  /** NULL: it is no task's, so that only a place without patterns shows it. */
  readonly name: SQLWrapper;
}

const places = (reader: Rights): readonly Place[] | null => placesOf(reader, 'read');

const any = (conditions: readonly SQL[]): SQL =>
  conditions.length === 0 ? sql`false` : sql`(${sql.join([...conditions], sql` or `)})`;

/** Tasks, by their own columns. */
export function visibleTasks(reader: Rights, { repositoryId, name }: At): SQL | undefined {
  const seen = places(reader);
  if (seen === null) return undefined;
  return any(
    seen.map((place) => {
      const conditions = [
        ...(place.repositoryId === null ? [] : [sql`${repositoryId} = ${place.repositoryId}::uuid`]),
        ...place.taskPatterns.map((pattern) => fits(name, pattern)),
      ];
      return sql`(${sql.join(conditions, sql` and `)})`;
    }),
  );
}

/** Repositories themselves: wherever any task of theirs may be seen. */
export function visibleRepositories(reader: Rights, repositoryId: SQLWrapper): SQL | undefined {
  const seen = places(reader);
  if (seen === null || seen.some((place) => place.repositoryId === null)) return undefined;
  return any(seen.map((place) => sql`${repositoryId} = ${place.repositoryId}::uuid`));
}

/** What is about a repository as a whole, or about none: the latter is for who sees everything. */
export function visibleInRepository(reader: Rights, repositoryId: SQLWrapper): SQL | undefined {
  const seen = visibleTasks(reader, { repositoryId, name: sql`null::text` });
  return seen && sql`(${repositoryId} is not null and ${seen})`;
}

/** What belongs to a task, by that task's id. Of a task that is gone, or of none: only who sees everything. */
export function visibleOfTask(reader: Rights, taskId: SQLWrapper): SQL | undefined {
  const seen = visibleTasks(reader, { repositoryId: sql`seen.repository_id`, name: sql`seen.name` });
  return seen && sql`exists (select from ratchet.tasks seen where seen.id = ${taskId} and ${seen})`;
}

/** What belongs to an execution, by that execution's id. */
export function visibleOfExecution(reader: Rights, executionId: SQLWrapper): SQL | undefined {
  const seen = visibleOfTask(reader, sql`ran.task_id`);
  return seen && sql`exists (select from ratchet.executions ran where ran.id = ${executionId} and ${seen})`;
}

/** Batches all of whose tasks may be seen. */
export function visibleBatches(reader: Rights, batchId: SQLWrapper): SQL | undefined {
  const seen = visibleOfTask(reader, sql`item.task_id`);
  return (
    seen &&
    sql`(exists (select from ratchet.batch_items item where item.batch_id = ${batchId})
      and not exists (select from ratchet.batch_items item where item.batch_id = ${batchId} and (${seen}) is not true))`
  );
}

/** What names tasks of a repository in a list of `{name}`, all of which may be seen. */
export function visibleDocuments(reader: Rights, repositoryId: SQLWrapper, documents: SQLWrapper): SQL | undefined {
  const seen = visibleTasks(reader, { repositoryId, name: sql`(doc.value ->> 'name')` });
  return (
    seen &&
    and(
      visibleRepositories(reader, repositoryId),
      sql`not exists (select from jsonb_array_elements(${documents}) as doc(value) where (${seen}) is not true)`,
    )
  );
}

/** What a task's name tells of it, by the id that it has; a document of another kind has none. */
export const taskNameOf = (taskId: SQLWrapper): SQL =>
  sql`(select named.name from ratchet.tasks named where named.id = ${taskId})`;

/** `matchesPattern`, where the text is a column's. */
function fits(name: SQLWrapper, pattern: string): SQL {
  // What no text of PostgreSQL can be fits none.
  if (pattern.includes('\0') || !pattern.isWellFormed()) return sql`false`;
  return sql`${name} like ${likePattern(pattern)}`;
}

/** The same pattern as LIKE writes it: case counts, everything but `*` and `?` is itself. */
export const likePattern = (pattern: string): string =>
  pattern.replace(/[\\%_]|\*+|\?/g, (part) => (part === '?' ? '_' : part.startsWith('*') ? '%' : `\\${part}`));
