import type { Spec } from '@ratchet/contract/entities/spec';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { showError, useAction } from '../../api/use-action.ts';
import { showUndo } from '../../parts/undo-note.tsx';
import { ticked } from './tick-state.ts';

interface Tick {
  readonly n: number;
  readonly text: string;
  readonly done: boolean;
  readonly isUndo?: boolean;
}

/** Ticks, rewords, adds and removes tasks of a change; each can be undone. */
export function useTaskEdits(spec: Spec) {
  const queries = useQueryClient();
  const { specId: routeId } = useParams({ strict: false }) as { specId: string };
  const { queryKey } = read('specs', 'get', { id: routeId });
  const { documentId: id } = spec;
  const know = (next: Spec) => queries.setQueryData(queryKey, next);
  const again = () => Promise.all(['specs', 'projects'].map((name) => queries.invalidateQueries({ queryKey: [name] })));

  const tick = useMutation<Spec, Error, Tick>({
    // One after the other: each is carried to the file before the next.
    scope: { id: `ticks of ${id}` },
    mutationFn: ({ n, done, text }) => client.specs.updateTask({ id, n, done, expectedText: text }),
    onMutate: async ({ n, done }) => {
      await queries.cancelQueries({ queryKey });
      queries.setQueryData<Spec>(queryKey, (before) => before && ticked(before, n, done));
    },
    onSuccess: (next, { n, done, text, isUndo }) => {
      // What was ticked meanwhile, and is on its way, stays ticked.
      if (queries.isMutating({ mutationKey: ['tick', id] }) <= 1) know(next);
      if (!isUndo)
        showUndo(`“${text}” is ${done ? 'done' : 'open again'}`, () =>
          tick.mutate({ n, text, done: !done, isUndo: true }),
        );
    },
    onError: (error, { n, done }) => {
      queries.setQueryData<Spec>(queryKey, (before) => before && ticked(before, n, !done));
      showError(error);
    },
    onSettled: () => (queries.isMutating({ mutationKey: ['tick', id] }) <= 1 ? again() : undefined),
    mutationKey: ['tick', id],
  });

  const undoTo = (before: Spec, after: Spec, what: string) =>
    showUndo(what, () => {
      client.specs
        .rollback({ id, revision: before.revision, expectedRevision: after.revision })
        .then(know, showError)
        .finally(() => void again());
    });
  const reword = useAction<{ n: number; text: string; was: string }, Spec>({
    act: ({ n, text, was }) => client.specs.updateTask({ id, n, text, expectedText: was }),
    changes: ['specs'],
    onDone: (after, { was }) => {
      know(after);
      undoTo(spec, after, `“${was}” is reworded`);
    },
  });
  const add = useAction<{ text: string; group: string | null; after?: number }, Spec>({
    act: ({ text, group, after }) =>
      client.specs.addTask({
        id,
        text,
        expectedRevision: spec.revision,
        ...(after === undefined ? (group === null ? {} : { group }) : { after }),
      }),
    changes: ['specs', 'projects'],
    onDone: know,
  });
  const remove = useAction<{ n: number; text: string }, Spec>({
    act: ({ n }) => client.specs.removeTask({ id, n, expectedRevision: spec.revision }),
    changes: ['specs', 'projects'],
    onDone: (after, { text }) => {
      know(after);
      undoTo(spec, after, `“${text}” is removed`);
    },
  });
  return { tick, reword, add, remove };
}
