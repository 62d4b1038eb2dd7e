import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { client } from '../../../api/client.ts';
import { type InputOf, type OutputOf, read } from '../../../api/queries.ts';
import { isDirty, type TaskDrafts } from '../drafts/draft-state.ts';
import { planSave } from '../drafts/plan-save.ts';
import { useTask } from '../task-context.ts';

type Validation = OutputOf<'tasks', 'validate'>;

/** What the server finds wrong. */
export interface Check {
  readonly found: Validation | undefined;
  /** Whether it is of what stands in the editors now, so that its lines are theirs. */
  readonly current: boolean;
  /** `saved`: of the task as it is stored; `typed`: with the unsaved edits. */
  readonly of: 'saved' | 'typed';
  /** Why unsaved edits are not looked at by the server, where they are not. */
  readonly left: string | null;
  readonly error: Error | null;
  readonly busy: boolean;
  readonly again: () => void;
}

const pauseMs = 500;
/** Characters that are sent while somebody types, at most. */
const mostSent = 1_000_000;
const keptMs = 10_000;

/** Numbers drafts, so that a key of a query need not hold their texts. */
const numbers = new WeakMap<TaskDrafts, number>();
let last = 0;
const numberOf = (drafts: TaskDrafts): number => {
  const known = numbers.get(drafts) ?? ++last;
  numbers.set(drafts, known);
  return known;
};

/** The task as it is saved, and while edits are unsaved as they would make it: asked when the typing rests. */
export function useCheck(): Check {
  const { task, drafts, mayEdit } = useTask();
  const [rested] = useDebouncedValue(drafts, pauseMs);
  const dirty = isDirty(drafts);
  const edits = dirty && mayEdit ? editsOf(task, rested) : null;
  const typed = edits !== null && 'sent' in edits;
  const saved = useQuery({ ...read('tasks', 'validate', { id: task.id }), enabled: !typed });
  const unsaved = useQuery({
    ...checkOf(task.id, task.revision, numberOf(rested), typed ? edits.sent : {}),
    enabled: typed && isDirty(rested),
  });
  const shown = typed ? unsaved : saved;
  return {
    found: shown.data,
    current: typed ? rested === drafts && !unsaved.isPlaceholderData && unsaved.data !== undefined : !dirty,
    of: typed ? 'typed' : 'saved',
    left: edits !== null && 'left' in edits ? edits.left : null,
    error: shown.error,
    busy: shown.isFetching,
    again: () => void shown.refetch(),
  };
}

type Edits = Omit<InputOf<'tasks', 'validate'>, 'id'>;

/** What would be saved, as it is sent to be looked at. */
function editsOf(
  task: Parameters<typeof planSave>[0],
  drafts: TaskDrafts,
): { readonly sent: Edits } | { readonly left: string } {
  const plan = planSave(task, drafts);
  if ('unsavable' in plan) return { left: plan.unsavable.map(({ message }) => message).join(' ') };
  const size = Object.values(drafts.items).reduce((sum, { text }) => sum + text.length, 0);
  if (size > mostSent) return { left: 'What is unsaved is too large to be checked while it is typed.' };
  const files =
    plan.files.length > 0 ? { files: Object.fromEntries(plan.files.map(({ path, text }) => [path, text])) } : {};
  return { sent: { ...plan.patch, ...files } };
}

const checkOf = (id: string, revision: number, drafts: number, edits: Edits) =>
  queryOptions({
    queryKey: ['tasks', 'validate', id, 'typed', revision, drafts] as const,
    queryFn: ({ signal }): Promise<Validation> => client.tasks.validate({ id, ...edits }, { signal }),
    // What was typed a while ago is not asked for again.
    gcTime: keptMs,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
