import { mergeFile } from '@ratchet/sync/merge/merge-file';
import { conflictOf, type Seen } from './spec-edit.ts';
import type { SpecFiles } from './spec-files.ts';

type Field = 'title' | 'design' | 'tasks' | 'specs' | 'files';

/**
 * Puts texts that somebody wrote, over files as the database had them, onto the files as they are now: what changed on disk
 * since is merged, and what does not merge is refused with SYNC_CONFLICT. null removes a file.
 */
export async function rebaseTexts(
  { before, now }: Pick<Seen, 'before' | 'now'>,
  texts: ReadonlyMap<string, Uint8Array | null>,
): Promise<SpecFiles> {
  const next = new Map(now);
  const clashing = new Set<Field>();
  for (const [path, mine] of texts) {
    const [base, theirs] = [before.get(path)?.bytes ?? null, now.get(path)?.bytes ?? null];
    const mode = now.get(path)?.mode ?? before.get(path)?.mode ?? '100644';
    const put = (bytes: Uint8Array | null) => {
      if (bytes) next.set(path, { bytes, mode });
      else next.delete(path);
    };
    if (same(base, theirs) || same(mine, theirs)) put(mine);
    else if (same(mine, base)) put(theirs);
    else if (base && mine && theirs) {
      const merged = await mergeFile({ path, base, local: mine, remote: theirs });
      if (merged.clean) put(merged.bytes);
      else clashing.add(fieldOf(path));
    } else clashing.add(fieldOf(path));
  }
  if (clashing.size > 0) throw conflictOf([...clashing], null);
  return next;
}

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;

const fieldOf = (path: string): Field =>
  path === 'tasks.md' ? 'tasks' : path === 'design.md' ? 'design' : path.startsWith('specs/') ? 'specs' : 'files';
