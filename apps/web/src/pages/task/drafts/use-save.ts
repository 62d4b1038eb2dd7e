import { notifications } from '@mantine/notifications';
import type { Task } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { client } from '../../../api/client.ts';
import { read } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { knowFile } from '../source/file-content.ts';
import { fileKey, isDirty, keyName, stored } from './draft-state.ts';
import { changeDrafts, draftsOf } from './draft-store.ts';
import { asOneEdit, planSave, type SavePlan, type Unsavable } from './plan-save.ts';

/** Stores the drafts of a task. `elsewhere`: somebody else changed it, and the person has to see what. */
export function useSave(task: Task | undefined, routeId: string) {
  const queries = useQueryClient();
  const [unsavable, setUnsavable] = useState<readonly Unsavable[]>([]);
  const [elsewhere, setElsewhere] = useState(false);
  const busy = useRef(false);

  const know = (next: Task, sent: Readonly<Record<string, string>>) => {
    for (const [key, text] of Object.entries(sent))
      if (key.startsWith('file:')) knowFile(queries, next, key.slice(5), text);
    changeDrafts(next.id, (drafts) => stored(drafts, sent, next.revision));
    queries.setQueryData(read('tasks', 'get', { id: routeId }).queryKey, next);
  };

  const action = useAction<{ plan: SavePlan; task: Task; note: string | undefined }, Task>({
    act: async ({ plan, task: saved, note }) => {
      const drafts = draftsOf(saved.id);
      const common = { id: saved.id, ...(note ? { changeDescription: note } : {}) };
      let now = saved;
      if (plan.patch) {
        const keys = Object.keys(drafts.items).filter((key) => !key.startsWith('file:'));
        const sent = Object.fromEntries(keys.map((key) => [key, drafts.items[key]?.text ?? '']));
        now = await client.tasks.update({ ...common, ...plan.patch, expectedRevision: now.revision });
        know(now, sent);
      }
      const together = asOneEdit(plan.files);
      if (together) {
        now = await client.tasks.edit({ ...common, edits: together, expectedRevision: now.revision });
        know(now, Object.fromEntries(plan.files.map(({ path, text }) => [fileKey(path), text])));
        return now;
      }
      for (const { path, text } of plan.files) {
        now = await client.tasks.putFile({ ...common, path, content: text, expectedRevision: now.revision });
        know(now, { [fileKey(path)]: text });
      }
      return now;
    },
    changes: ['tasks'],
    done: ({ revision }) => `Saved as revision ${revision}`,
    onFailed: (error) => {
      if (!(error instanceof RatchetError) || error.code !== 'REVISION_MISMATCH') return false;
      void queries.refetchQueries(read('tasks', 'get', { id: routeId })).then(() => setElsewhere(true));
      return true;
    },
  });

  const save = (note?: string): void => {
    if (!task || busy.current) return;
    // What the editor told in this same moment is in the store, and may not be in what was drawn last.
    const drafts = draftsOf(task.id);
    if (!isDirty(drafts)) return;
    if (drafts.revision !== task.revision) {
      setElsewhere(true);
      return;
    }
    const plan = planSave(task, drafts);
    if ('unsavable' in plan) {
      setUnsavable(plan.unsavable);
      const [first] = plan.unsavable;
      if (first)
        notifications.show({
          color: 'red',
          title: `Not saved: ${keyName(first.key)}`,
          message: first.message,
          autoClose: 10_000,
        });
      return;
    }
    setUnsavable([]);
    busy.current = true;
    action
      .mutateAsync({ plan, task, note })
      .catch(() => undefined)
      .finally(() => {
        busy.current = false;
      });
  };

  return { save, saving: action.isPending, unsavable, elsewhere, setElsewhere };
}
