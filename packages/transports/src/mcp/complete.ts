import type { CompleteRequest, CompleteResult } from '@modelcontextprotocol/server';
import type { Ask } from './ask.ts';
import { documentList } from './documents.ts';
import type { DocumentPages } from './options.ts';

const most = 100;

/** Values that what was typed so far may become, of what the caller may see. */
export async function complete(
  { ref, argument }: CompleteRequest['params'],
  ask: Ask,
  pages: DocumentPages | undefined,
): Promise<CompleteResult> {
  const typed = argument.value.slice(0, 200);
  const values =
    ref.type === 'ref/prompt'
      ? await forPrompt(argument.name, typed, ask)
      : await forTemplate(ref.uri, typed, ask, pages);
  return { completion: { values: values.slice(0, most), total: values.length, hasMore: values.length > most } };
}

async function forPrompt(name: string, typed: string, ask: Ask): Promise<string[]> {
  if (name === 'task') return taskNames(typed, ask);
  if (name === 'repository') return repositoryNames(typed, ask);
  if (name === 'execution_id') return executionIds(typed, ask);
  if (name === 'conflict_id') return conflictIds(typed, ask);
  return [];
}

async function forTemplate(uri: string, typed: string, ask: Ask, pages: DocumentPages | undefined): Promise<string[]> {
  if (uri.startsWith('ratchet://tasks/')) return taskIds(typed, ask);
  if (uri.startsWith('ratchet://executions/')) return executionIds(typed, ask);
  if (uri.startsWith('ratchet://conflicts/')) return conflictIds(typed, ask);
  if (uri.startsWith('ratchet://docs/'))
    return documentList(pages)
      .map(({ name }) => name)
      .filter((name) => begins(name, typed));
  return [];
}

const begins = (text: string, typed: string): boolean => text.toLowerCase().startsWith(typed.toLowerCase());

const taskNames = async (typed: string, ask: Ask): Promise<string[]> => [
  ...new Set((await tasksLike(typed, ask)).map((task) => task.name)),
];

/** Of tasks whose id begins so, or whose name has it: a person types the name, the address needs the id. */
async function taskIds(typed: string, ask: Ask): Promise<string[]> {
  const named = (await tasksLike(typed, ask)).map((task) => task.id);
  if (named.length > 0 || !/^[0-9a-f-]+$/i.test(typed)) return named;
  const { items } = await ask.tasks({ limit: 1000 });
  return items.map((task) => task.id).filter((id) => begins(id, typed));
}

const tasksLike = async (typed: string, ask: Ask) =>
  (
    await ask.tasks({
      limit: most + 1,
      sort: [{ field: 'name' }],
      ...(typed ? { filters: [{ field: 'name', op: 'like' as const, value: typed }] } : {}),
    })
  ).items;

const repositoryNames = async (typed: string, ask: Ask): Promise<string[]> =>
  (
    await ask.repositories({
      limit: most + 1,
      ...(typed ? { filters: [{ field: 'name', op: 'like' as const, value: typed }] } : {}),
    })
  ).items.map((repository) => repository.name);

/** The latest, failed ones first: those are looked into. */
async function executionIds(typed: string, ask: Ask): Promise<string[]> {
  const { items } = await ask.executions({ limit: 500, sort: [{ field: 'queuedAt', order: 'desc' }] });
  const fitting = items.filter((execution) => begins(execution.id, typed) || begins(execution.taskName ?? '', typed));
  const rank = (status: string) => (status === 'failed' || status === 'timeout' ? 0 : 1);
  return fitting.sort((a, b) => rank(a.status) - rank(b.status)).map((execution) => execution.id);
}

const conflictIds = async (typed: string, ask: Ask): Promise<string[]> =>
  (await ask.conflicts({ limit: most + 1 })).items.map((conflict) => conflict.id).filter((id) => begins(id, typed));
