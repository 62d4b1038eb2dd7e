import { isUtf8 } from 'node:buffer';
import type { Mode } from '@ratchet/sync-core/tree';
import { checkPath, findTwins } from '../../paths.ts';
import { EndpointError, pathRefused, type SyncProblem, unreadable } from '../../problem.ts';
import type { RemoteFile } from '../../remote.ts';
import type { Mirror } from './mirror.ts';

/** What a commit holds below the endpoint's root. */
export interface TreeListing {
  /** Every name there is, fit to be synced or not: names that are not UTF-8 stand with replacement characters. */
  readonly entries: ReadonlyMap<string, RemoteFile>;
  readonly files: readonly RemoteFile[];
  readonly problems: readonly SyncProblem[];
}

/** Size of a submodule's content, its commit id in hexadecimal, is that of the id. */
export const modes: Readonly<Record<string, Mode>> = {
  '100644': '100644',
  // Written by very old versions of git.
  '100664': '100644',
  '100755': '100755',
  '120000': '120000',
  '160000': '160000',
};

const emptyTree: TreeListing = { entries: new Map(), files: [], problems: [] };

/**
 * Names the tree that is the endpoint's root; null: the commit has no such folder, which git cannot tell from an empty one.
 * Throws EndpointError `root_gone` when something else than a folder stands there.
 */
async function rootTree(
  mirror: Mirror,
  commit: string,
  subPath: string | null,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (subPath === null) return commit;
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', '--format=%(objecttype)', commit, '--', subPath];
  const output = await mirror.local({ args, doing: 'looking for the sub-path', signal });
  const type = output.toString('latin1').replace('\0', '');
  if (type === '') return null;
  if (type !== 'tree') throw new EndpointError('root_gone', 'The sub-path is not a folder in the repository.', false);
  return `${commit}:${subPath}`;
}

/** Lists what a commit of the mirror holds below the sub-path. */
export async function listTree(
  mirror: Mirror,
  commit: string,
  subPath: string | null,
  signal: AbortSignal | undefined,
): Promise<TreeListing> {
  const tree = await rootTree(mirror, commit, subPath, signal);
  if (tree === null) return emptyTree;
  // `--format` would do without the type, but git 2.39 quotes paths there in spite of `-z`.
  const args = ['ls-tree', '-r', '-z', '--full-tree', '--long', tree];
  return parseTree(await mirror.local({ args, doing: 'listing a commit', signal }));
}

/** Reads the output of `ls-tree -z --long`: `MODE TYPE ID SIZE<tab>PATH<nul>` for each file. */
function parseTree(output: Uint8Array): TreeListing {
  const entries = new Map<string, RemoteFile>();
  const problems: SyncProblem[] = [];
  const fit: string[] = [];
  // Latin-1 keeps every byte, so that names which are not UTF-8 can be told one by one.
  const valid = isUtf8(output);
  const text = Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString(valid ? 'utf8' : 'latin1');
  for (let start = 0; start < text.length; ) {
    const tab = text.indexOf('\t', start);
    const end = text.indexOf('\0', tab);
    const name = text.slice(tab + 1, end);
    const { path, exact } = valid ? { path: name, exact: true } : decoded(name);
    const mode = text.slice(start, start + 6);
    const idStart = text.indexOf(' ', start + 7) + 1;
    const idEnd = text.indexOf(' ', idStart);
    const token = text.slice(idStart, idEnd);
    const size = mode === '160000' ? token.length : Number(text.slice(idEnd, tab));
    // The same replacement may stand for several names that are not UTF-8: what is known of them is that they are there.
    entries.set(path, { path, mode: modes[mode] ?? '100644', size, token });
    const why = exact ? checkPath(path) : 'its name is not valid UTF-8';
    if (why === null) fit.push(path);
    else problems.push(pathRefused(path, `It is left alone: ${why}.`));
    start = end + 1;
  }
  return { entries, ...withoutTwins(entries, fit, problems) };
}

function decoded(latin1: string): { path: string; exact: boolean } {
  const bytes = Buffer.from(latin1, 'latin1');
  return { path: bytes.toString('utf8'), exact: isUtf8(bytes) };
}

/** Of entries whose names are all UTF-8: what may be synced, and what not. */
export function fitForSync(entries: ReadonlyMap<string, RemoteFile>): Pick<TreeListing, 'files' | 'problems'> {
  const problems: SyncProblem[] = [];
  const fit: string[] = [];
  for (const path of entries.keys()) {
    const why = checkPath(path);
    if (why === null) fit.push(path);
    else problems.push(pathRefused(path, `It is left alone: ${why}.`));
  }
  return withoutTwins(entries, fit, problems);
}

/** Sets aside names that some file systems take for one. `unreadable`: a name that was fit before is not gone. */
function withoutTwins(
  entries: ReadonlyMap<string, RemoteFile>,
  fit: readonly string[],
  problems: readonly SyncProblem[],
): Pick<TreeListing, 'files' | 'problems'> {
  const twins = findTwins(fit);
  const files = fit.flatMap((path) => (twins.has(path) ? [] : (entries.get(path) ?? [])));
  const twinProblems = [...twins].map(([path, other]) =>
    unreadable(
      path,
      `It and ${other} are one name where case or Unicode forms are not told apart. Rename one of them.`,
    ),
  );
  return { files, problems: [...problems, ...twinProblems] };
}
