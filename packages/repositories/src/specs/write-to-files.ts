import { RatchetError } from '@ratchet/contract/errors';
import type { Known } from '@ratchet/sync/cycle-memory';
import { documentToken } from '@ratchet/sync/document-token';
import { EndpointError } from '@ratchet/sync/problem';
import type { FileWrite, Published, RemoteFile } from '@ratchet/sync/remote';
import type { IntendedDocument } from '@ratchet/sync/replica';
import type { SpecCycle } from './project-cycle.ts';

export interface FileEdit {
  /** The document, for the journal: all its files are written, or none. */
  readonly path: string;
  readonly files: readonly FileWrite[];
  /** What the files then hold, by document. */
  readonly intended: readonly Omit<IntendedDocument, 'ahead'>[];
  readonly by: string;
  readonly date: Date;
}

/**
 * Writes files before the database: it is written only when they are. What is on its way is noted down first, so that after
 * a crash in the middle the files are finished, and the next look takes them over. Contents must be kept already.
 * @throws RatchetError where they cannot be written; they are then as they were.
 */
export async function writeToFiles<T>(
  { remote, replica, signal }: SpecCycle,
  edit: FileEdit,
  written: (files: readonly RemoteFile[]) => Promise<T>,
): Promise<{ readonly done: T } | { readonly moved: true }> {
  const prepared = await remote.prepare(
    {
      parent: null,
      documents: [{ path: edit.path, files: edit.files }],
      message: '',
      author: { name: edit.by, email: '' },
      date: edit.date,
    },
    signal,
  );
  if (!prepared) return { done: await written([]) };
  const refused = prepared.refused?.[0];
  if (refused) throw failed(refused.message);
  const intent = await replica.recordIntent({
    token: prepared.token,
    baseHead: null,
    documents: edit.intended.map((document) => ({ ...document, ahead: true })),
  });
  let published: Published;
  try {
    published = await remote.publish(prepared, signal);
  } catch (error) {
    // Whether anything is there the next look at the files tells.
    if (error instanceof EndpointError) await replica.abandonIntent(intent);
    throw error;
  }
  if (published.status === 'published' && published.failed.length === 0) {
    const done = await written(published.files);
    await replica.abandonIntent(intent);
    return { done };
  }
  await replica.abandonIntent(intent);
  if (published.status === 'moved') return { moved: true };
  if (published.status === 'rejected') throw failed(published.message);
  const [problem] = published.failed;
  if (problem?.code === 'moved') return { moved: true };
  throw failed(problem?.message ?? 'The files cannot be written.');
}

const failed = (message: string): RatchetError =>
  new RatchetError(
    'REPOSITORY_UNREACHABLE',
    `Nothing was changed, for the files of the project cannot be written. ${message}`,
    { reason: 'not_written' },
  );

/** The token of a document whose files were written; '' where the endpoint did not say, which costs one more look. */
export function tokenAfter(
  root: string,
  names: Iterable<string>,
  written: readonly RemoteFile[],
  known: Pick<Known, 'documents'> | null,
  path: string,
): string {
  const now = new Map(known?.documents.get(path)?.document.files.map((file) => [file.path, file]));
  for (const file of written) now.set(file.path, file);
  const listed = [...names].map((name) => now.get(root + name));
  return listed.every((file) => file !== undefined) ? documentToken(root, listed) : '';
}
