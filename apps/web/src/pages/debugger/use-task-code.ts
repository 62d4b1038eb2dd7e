import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import type { EditorLanguage } from '../../kit/editor/index.tsx';
import { languageOf } from '../../kit/editor/language-of.ts';

const isCode = (path: string): boolean => /\.[cm]?[jt]s$/.test(path) && !/\.d\.ts$/.test(path);

export interface CodeFile {
  readonly path: string;
  readonly text: string | null;
  readonly language: EditorLanguage;
}

/** A task with its code, and one of its files of code: the entry where none is named. */
export function useTaskCode(taskId: string, file: string) {
  const enabled = taskId !== '';
  const task = useQuery({ ...read('tasks', 'get', { id: taskId }), enabled });
  const source = useQuery({ ...read('tasks', 'getSource', { id: taskId }), enabled });
  const entry = source.data?.entry ?? '';
  const path = file || entry;
  const isEntry = path === entry;
  const other = useQuery({
    ...read('tasks', 'getFile', { id: taskId, path }),
    enabled: enabled && path !== '' && !isEntry,
  });
  const text = isEntry ? source.data?.sourceCode : other.data?.encoding === 'utf8' ? other.data.content : undefined;
  const paths = (task.data?.files ?? []).map((each) => each.path).filter(isCode);
  return {
    task: task.data,
    error: task.error ?? source.error ?? (isEntry ? null : other.error),
    entry,
    paths: entry === '' || paths.includes(entry) ? paths : [entry, ...paths],
    file: { path, text: text ?? null, language: languageOf(path) } satisfies CodeFile,
    again: () => void Promise.all([task.refetch(), source.refetch()]),
  };
}
