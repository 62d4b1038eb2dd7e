import { isUtf8 } from 'node:buffer';
import type { Mode } from '@ratchet/sync-core/tree';
import type { RemoteFile } from '../../remote.ts';
import { fitForSync, modes, type TreeListing } from './list-tree.ts';
import type { Mirror } from './mirror.ts';

/** What was listed of a commit. */
export interface ListedCommit {
  readonly commit: string;
  readonly subPath: string | null;
  readonly listing: TreeListing;
}

/** With more changes than this a whole listing costs no more. */
const mostChanges = 5000;

interface Change {
  readonly path: string;
  readonly mode: Mode | null;
  readonly id: string;
}

/**
 * What a commit holds, out of what another one was seen to hold and of what differs between them. null: it cannot be told
 * that way, for the other commit or a name is not known well enough.
 */
export async function listChanges(
  mirror: Mirror,
  { commit: old, subPath, listing }: ListedCommit,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<TreeListing | null> {
  if (old === commit) return listing;
  const trees = [old, commit].map((one) => (subPath === null ? one : `${one}:${subPath}`));
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', ...trees];
  const { code, stdout } = await mirror.attempt({ args, doing: 'comparing commits', signal });
  if (code !== 0 || !isUtf8(stdout)) return null;
  const changes = parseChanges(stdout.toString('utf8'));
  if (changes.length > mostChanges) return null;
  const sizes = await sizesOf(
    mirror,
    changes.flatMap(({ mode, id }) => (mode && mode !== '160000' ? id : [])),
    signal,
  );
  const entries = new Map(listing.entries);
  const changed = new Map<string, RemoteFile>();
  let sameNames = true;
  for (const { path, mode, id } of changes) {
    sameNames &&= mode !== null && entries.has(path);
    if (!mode) {
      entries.delete(path);
      continue;
    }
    const size = mode === '160000' ? id.length : sizes.get(id);
    if (size === undefined) return null;
    const file = { path, mode, size, token: id };
    entries.set(path, file);
    changed.set(path, file);
  }
  // Which names are fit to be synced depends on the names alone.
  if (sameNames)
    return { entries, files: listing.files.map((file) => changed.get(file.path) ?? file), problems: listing.problems };
  // A name that is not UTF-8 stands among the entries under another one.
  if ([...listing.entries.keys()].some((path) => path.includes('\uFFFD'))) return null;
  return { entries, ...fitForSync(entries) };
}

/** Reads `:OLDMODE NEWMODE OLDID NEWID STATUS<nul>PATH<nul>` for each file. */
function parseChanges(text: string): Change[] {
  const fields = text.split('\0');
  const changes: Change[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , id = ''] = (fields[i] as string).split(' ');
    changes.push({ path: fields[i + 1] as string, mode: mode === '000000' ? null : (modes[mode] ?? '100644'), id });
  }
  return changes;
}

async function sizesOf(
  mirror: Mirror,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)', '--buffer'];
  const input = [`${[...new Set(ids)].join('\n')}\n`];
  const output = await mirror.local({ args, doing: 'reading sizes', signal, input });
  const lines = output.toString('latin1').trimEnd().split('\n');
  return new Map(
    lines.flatMap((line): [string, number][] => {
      const [id = '', size = ''] = line.split(' ');
      return /^\d+$/.test(size) ? [[id, Number(size)]] : [];
    }),
  );
}
