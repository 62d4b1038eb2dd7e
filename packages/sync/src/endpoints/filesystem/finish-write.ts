import type { Digest, Entry } from '@ratchet/sync-core/tree';
import type { FileWrite } from '../../remote.ts';
import type { Intended } from '../journal.ts';
import { holds } from './current-entry.ts';
import { nearestFolder } from './place.ts';
import { removeEmptyFolders } from './remove-empty-folders.ts';
import { writeDocument } from './write-document.ts';

export type ReadContents = (digests: readonly Digest[]) => Promise<ReadonlyMap<Digest, Uint8Array>>;

const entryOf = (noted: Intended['entry'] | undefined): Entry | null =>
  noted ? { digest: noted[0], mode: noted[1] } : null;

/**
 * Finishes the documents of a write that ended in the middle of them: those of which some files are as they were meant and
 * all others as they were before. One that was not begun is left for a new plan, and one that somebody touched since too.
 * Answers the documents, by path, of which every file is as it was meant.
 */
export async function finishWrite(
  place: string,
  intended: readonly Intended[],
  read: ReadContents,
): Promise<ReadonlySet<string>> {
  const documents = new Map<string, Intended[]>();
  for (const one of intended) {
    // A note of an older version does not say what was there: nothing can be finished by it.
    if (one.document === undefined || one.before === undefined) return new Set();
    documents.set(one.document, [...(documents.get(one.document) ?? []), one]);
  }
  const whole = new Set<string>();
  for (const [document, files] of documents) {
    const left: Intended[] = [];
    let isOurs = true;
    for (const file of files) {
      if (await holds(place, file.path, entryOf(file.entry))) continue;
      left.push(file);
      isOurs &&= await holds(place, file.path, entryOf(file.before));
    }
    if (left.length === 0) whole.add(document);
    else if (isOurs && left.length < files.length && (await finish(place, document, left, read))) whole.add(document);
    if (!whole.has(document)) continue;
    for (const { path, entry } of files) {
      const folder = entry ? null : nearestFolder(place, path);
      if (folder !== null) await removeEmptyFolders(place, folder);
    }
  }
  return whole;
}

async function finish(place: string, path: string, left: readonly Intended[], read: ReadContents): Promise<boolean> {
  const contents = await read(left.flatMap(({ entry }) => (entry ? [entry[0]] : [])));
  const files: FileWrite[] = [];
  for (const one of left) {
    const bytes = one.entry && contents.get(one.entry[0]);
    if (one.entry && !bytes) return false;
    files.push({
      path: one.path,
      before: entryOf(one.before),
      after: one.entry && bytes ? { bytes, mode: one.entry[1] } : null,
    });
  }
  return (await writeDocument(place, { path, files })).failure === null;
}
