import type { Task } from '@ratchet/contract/entities/task';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../../api/client.ts';
import { showError, useAction } from '../../../api/use-action.ts';
import { showUndo } from '../../../parts/undo-note.tsx';
import { dropped, fileKey, renamed } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import { base64Of, bytesOf, saveFile } from './bytes.ts';
import { fileContent } from './file-content.ts';

type Mode = '100644' | '100755';
const modeOf = (mode: string): { mode: Mode } | Record<never, never> =>
  mode === '100644' || mode === '100755' ? { mode } : {};

/** What is done to files as a whole; each is stored at once. */
export function useFileActs() {
  const { task, adopt, changeDrafts } = useTask();
  const queries = useQueryClient();
  const contentOf = (path: string) => {
    const file = task.files.find((one) => one.path === path);
    if (!file) throw new Error(`${path} is not there any more.`);
    return queries.fetchQuery(fileContent(task.id, file));
  };

  const add = useAction<{ path: string; content: string; encoding?: 'utf8' | 'base64'; revision?: number }, Task>({
    act: ({ path, content, encoding = 'utf8', revision = task.revision }) =>
      client.tasks.putFile({ id: task.id, path, content, encoding, expectedRevision: revision }),
    changes: ['tasks'],
    done: (_, { path }) => `${path} is stored`,
    onDone: adopt,
  });

  // A part that was asked for is opened first: what shows the old one goes with it.
  const remove = useAction<
    { path: string; opened: () => void },
    { was: Awaited<ReturnType<typeof contentOf>>; after: Task }
  >({
    act: async ({ path }) => {
      const was = await contentOf(path);
      await client.tasks.deleteFile({ id: task.id, path, expectedRevision: task.revision });
      return { was, after: await client.tasks.get({ id: task.id }) };
    },
    changes: ['tasks'],
    onDone: ({ was, after }, { path, opened }) => {
      opened();
      changeDrafts((all) => dropped(all, [fileKey(path)]));
      adopt(after);
      showUndo(`${path} is deleted`, () => {
        client.tasks
          .putFile({ id: task.id, path, content: was.content, encoding: was.encoding, ...modeOf(was.mode) })
          .then(async (back) => {
            adopt(back);
            await queries.invalidateQueries({ queryKey: ['tasks'] });
          }, showError);
      });
    },
  });

  const rename = useAction<{ from: string; to: string; opened: () => void }, Task>({
    act: async ({ from, to }) => {
      const { content, encoding, mode } = await contentOf(from);
      const made = await client.tasks.putFile({
        id: task.id,
        path: to,
        content,
        encoding,
        ...modeOf(mode),
        expectedRevision: task.revision,
        changeDescription: `Renamed ${from} to ${to}`,
      });
      try {
        await client.tasks.deleteFile({ id: task.id, path: from, expectedRevision: made.revision });
      } catch (error) {
        // A file that must stay keeps its name, and the copy goes.
        await client.tasks
          .deleteFile({ id: task.id, path: to, expectedRevision: made.revision })
          .catch(() => undefined);
        throw error;
      }
      return client.tasks.get({ id: task.id });
    },
    changes: ['tasks'],
    done: (_, { from, to }) => `${from} is ${to} now`,
    onDone: (after, { from, to, opened }) => {
      opened();
      changeDrafts((all) => {
        const moved = renamed(all, from, to);
        return moved.revision === task.revision ? { ...moved, revision: after.revision } : moved;
      });
      adopt(after);
    },
  });

  /** Files from the person's machine, under their names. */
  async function upload(files: readonly File[], onDone: (path: string) => void, as?: string): Promise<void> {
    let revision = task.revision;
    for (const file of files) {
      const path = as ?? file.name;
      try {
        const content = base64Of(new Uint8Array(await file.arrayBuffer()));
        const after = await add.mutateAsync({ path, content, encoding: 'base64', revision });
        revision = after.revision;
        changeDrafts((all) => dropped(all, [fileKey(path)]));
        onDone(path);
      } catch {
        // Said already; the files after it are left.
        return;
      }
    }
  }

  async function download(path: string): Promise<void> {
    try {
      const { content, encoding } = await contentOf(path);
      saveFile(path.split('/').at(-1) ?? path, bytesOf(content, encoding));
    } catch (error) {
      showError(error);
    }
  }

  return { add, remove, rename, upload, download };
}
