import { type BigIntStats, closeSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { findTwins } from '../../paths.ts';
import { type SyncProblem, unreadable } from '../../problem.ts';
import type { RemoteFile } from '../../remote.ts';
import { modeOf, signatureOf, tokenOf } from './file-token.ts';
import { folderProblem, readEntries } from './folder-entries.ts';
import { type FolderListing, flattened, sealed } from './folder-listing.ts';
import { errnoOf, placeError, reasonOf } from './place.ts';
import { type Wanted, wantedAt } from './places.ts';
import { readAtOnce, readFlags } from './read-file.ts';

export interface Scan {
  readonly files: readonly RemoteFile[];
  readonly problems: readonly SyncProblem[];
  /** Temporary files that an interrupted write left behind: paths within the folder. */
  readonly leftovers: readonly string[];
  /** Equal marks: the same files and problems. */
  readonly mark: string;
  readonly known: KnownFolder;
}

/** What a look leaves for the next one. */
export interface KnownFolder {
  readonly place: string;
  readonly root: FolderListing;
  /** When every folder was read, and when every file was last asked about. Milliseconds. */
  readonly readAt: number;
  readonly lookedAt: number;
  readonly scan: Omit<Scan, 'known' | 'leftovers'>;
}

/** Entries looked at before others get their turn. */
const batch = 500;
/** How long a folder's own times are believed to tell of its entries, and places to tell of changes. Milliseconds. */
const believedFor = 5 * 60_000;

interface Looking {
  readonly place: string;
  readonly lookedAt: number;
  readonly mayRead: MayRead;
  readonly signal: AbortSignal | undefined;
  count: number;
}

/**
 * Every file below a folder, links not followed. What exists and cannot be listed is a problem, never left out in silence.
 * What an earlier look found saves work: a folder whose own times are the same is not read again, though each of its files
 * is asked about. With `places` only those are looked at, and all else is as it was; after five minutes neither counts.
 * @param now milliseconds.
 * @throws EndpointError when the folder itself cannot be read.
 */
export async function scanFolder(
  place: string,
  now: () => number,
  signal?: AbortSignal,
  earlier?: { readonly known: KnownFolder; readonly places?: readonly string[] | undefined },
): Promise<Scan> {
  const lookedAt = now();
  const known = earlier?.known;
  const isRecent = (then: number) => then <= lookedAt && lookedAt - then < believedFor;
  const was = known?.place === place && isRecent(known.readAt) ? known : null;
  const looking: Looking = { place, lookedAt, mayRead: readerOf(), signal, count: 0 };
  const places = was && isRecent(was.lookedAt) ? earlier?.places : undefined;
  const wanted = was && places ? wantedAt(place, was.root, places) : null;
  const root = await lookInto(looking, '', was?.root, wanted);
  if (!root) throw placeError('ENOENT', 'The folder of the repository', undefined);
  const { leftovers, twins, ...all } = flattened(root);
  const same = was?.root.digest === root.digest;
  const scan = same ? was.scan : { ...(twins ? withoutTwins(all.files, all.problems) : all), mark: root.digest };
  const at = { readAt: was?.readAt ?? lookedAt, lookedAt: wanted && was ? was.lookedAt : lookedAt };
  return { ...scan, leftovers, known: { place, root, scan, ...at } };
}

/**
 * One folder and what is below it; null: it is gone.
 * @param wanted what of it is to be looked at; null: all of it.
 */
async function lookInto(
  looking: Looking,
  folder: string,
  was: FolderListing | undefined,
  wanted: Wanted | null,
): Promise<FolderListing | null> {
  if (wanted?.everything) return lookInto(looking, folder, undefined, null);
  const stat = statOf(looking, folder);
  if (stat === null || 'code' in stat) return stat && sealed({ ...empty, unlisted: [stat] });
  const identity = `${stat.dev}.${stat.ino}`;
  if (was && was.identity !== identity) return lookInto(looking, folder, undefined, null);
  // A folder so young that a further entry could leave the same times has a token that says so.
  const token = tokenOf(stat, looking.lookedAt, () => null);
  const signature = token.includes('~') ? '' : token;
  const isSame = was !== undefined && was.signature !== '' && was.signature === signature;
  const read = isSame && !wanted?.entries ? null : readEntries(looking.place, folder);
  if (read && 'code' in read) return sealed({ ...empty, identity, unlisted: [read] });

  const prefix = folder === '' ? '' : `${folder}/`;
  const listed = wanted && was && !read ? was : await lookAtFiles(looking, prefix, was, read?.names);
  const folders = new Map<string, FolderListing>();
  for (const name of read?.folders ?? was?.folders.keys() ?? []) {
    const known = was?.folders.get(name);
    const below = known && wanted ? wanted.below.get(name) : null;
    if (++looking.count % batch === 0) await giveWay(looking);
    const listing = known && below === undefined ? known : await lookInto(looking, prefix + name, known, below ?? null);
    if (listing) folders.set(name, listing);
  }
  const { refused, leftovers, holdsTwins } = read ?? was ?? empty;
  const { files, unlisted } = listed;
  const next = { identity, signature, files, folders, unlisted, refused, leftovers, holdsTwins };
  return was && isUnchanged(was, next) ? was : sealed(next);
}

/** A folder itself; null: there is none of that name. */
function statOf({ place }: Looking, folder: string): BigIntStats | SyncProblem | null {
  try {
    const stat = lstatSync(folder === '' ? place : `${place}/${folder}`, { bigint: true, throwIfNoEntry: false });
    return stat?.isDirectory() ? stat : null;
  } catch (error) {
    return folderProblem(folder, error);
  }
}

/** The files of one folder: those of these names, or those that were there. */
async function lookAtFiles(
  looking: Looking,
  prefix: string,
  was: FolderListing | undefined,
  names: readonly string[] | undefined,
): Promise<Pick<FolderListing, 'files' | 'unlisted'>> {
  const files: RemoteFile[] = [];
  const unlisted: SyncProblem[] = [];
  const before = new Map((names ? was?.files : undefined)?.map((file) => [file.path, file]));
  const asked: Iterable<readonly [string, RemoteFile | undefined]> = names
    ? names.map((name) => [prefix + name, before.get(prefix + name)])
    : knownEntries(was);
  for (const [path, known] of asked) {
    if (++looking.count % batch === 0) await giveWay(looking);
    const found = lookAt(looking, path, known);
    if (found === null) continue;
    if ('token' in found) files.push(found);
    else unlisted.push(found);
  }
  return { files, unlisted };
}

function knownEntries(was: FolderListing | undefined): [string, RemoteFile | undefined][] {
  const entries = (was?.files ?? []).map((file): [string, RemoteFile | undefined] => [file.path, file]);
  if (!was || was.unlisted.length === 0) return entries;
  return [...entries, ...was.unlisted.map(({ path }): [string, undefined] => [path, undefined])].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
}

const empty = {
  identity: '',
  signature: '',
  files: [],
  folders: new Map<string, FolderListing>(),
  unlisted: [],
  refused: [],
  leftovers: [],
  holdsTwins: false,
};

const isUnchanged = (was: FolderListing, next: Omit<FolderListing, 'digest'>): boolean =>
  was.signature === next.signature &&
  was.refused === next.refused &&
  next.unlisted.length === 0 &&
  was.unlisted.length === 0 &&
  was.files.length === next.files.length &&
  was.folders.size === next.folders.size &&
  next.files.every((file, i) => file === was.files[i]) &&
  [...next.folders].every(([name, listing]) => was.folders.get(name) === listing);

async function giveWay({ signal }: Looking): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/** Sets aside names that some file systems take for one. `unreadable`: a name that was fit before is not gone. */
function withoutTwins(
  files: readonly RemoteFile[],
  problems: readonly SyncProblem[],
): Pick<Scan, 'files' | 'problems'> {
  const twins = findTwins(files.map((file) => file.path));
  if (twins.size === 0) return { files, problems };
  const found = [...twins].map(([path, other]) =>
    unreadable(
      path,
      `It and ${other} are one name where case or Unicode forms are not told apart. Rename one of them.`,
    ),
  );
  return { files: files.filter((file) => !twins.has(file.path)), problems: [...problems, ...found] };
}

/** One file as it lists, the very one of before where nothing changed; null: it is gone. */
function lookAt(
  { place, lookedAt, mayRead }: Looking,
  path: string,
  was: RemoteFile | undefined,
): RemoteFile | SyncProblem | null {
  const full = `${place}/${path}`;
  try {
    const stat = lstatSync(full, { bigint: true });
    if (was?.token === signatureOf(stat)) return was;
    const mode = modeOf(stat);
    if (!mode)
      return unreadable(
        path,
        'It is neither a file, a folder nor a link (a pipe, socket or device), and cannot be synced.',
      );
    if (mode !== '120000' && !mayRead(stat, full))
      return unreadable(path, `The file cannot be read: ${reasonOf('EACCES')}.`);
    const read = () =>
      mode === '120000' ? readlinkSync(full, { encoding: 'buffer' }) : (readAtOnce(full)?.bytes ?? null);
    return { path, mode, size: Number(stat.size), token: tokenOf(stat, lookedAt, read) };
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' ? null : unreadable(path, `The file cannot be read: ${reasonOf(errno)}.`);
  }
}

type MayRead = (stat: BigIntStats, path: string) => boolean;

/** Tells by owner and mode whether this process may read a file; only where they say no is it tried. */
function readerOf(): MayRead {
  const user = process.geteuid?.() ?? 0;
  if (user === 0) return () => true;
  const groups = new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])].map((group) => BigInt(group ?? -1)));
  return (stat, path) => {
    const bit = stat.uid === BigInt(user) ? 0o400n : groups.has(stat.gid) ? 0o040n : 0o004n;
    return (stat.mode & bit) !== 0n || opens(path);
  };
}

function opens(path: string): boolean {
  try {
    closeSync(openSync(path, readFlags));
    return true;
  } catch (error) {
    errnoOf(error);
    return false;
  }
}
