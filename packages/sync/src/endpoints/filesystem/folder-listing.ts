import { createHash } from 'node:crypto';
import type { SyncProblem } from '../../problem.ts';
import type { RemoteFile } from '../../remote.ts';

/** One folder as it was looked at: what a further look is compared with. */
export interface FolderListing {
  /** Which folder it is on this machine. */
  readonly identity: string;
  /** Signature of the folder itself, which changes with every entry made, renamed or removed. '': not to be relied on. */
  readonly signature: string;
  readonly files: readonly RemoteFile[];
  /** By name, in order. */
  readonly folders: ReadonlyMap<string, FolderListing>;
  /** Entries that are there and could not be listed, and those whose names cannot be. */
  readonly unlisted: readonly SyncProblem[];
  readonly refused: readonly SyncProblem[];
  /** Temporary files that an interrupted write left behind. */
  readonly leftovers: readonly string[];
  /** Names here may be one elsewhere. */
  readonly holdsTwins: boolean;
  /** Over what is listed, at any depth. */
  readonly digest: string;
}

/** The same with its digest. */
export function sealed(listing: Omit<FolderListing, 'digest'>): FolderListing {
  const hash = createHash('sha256');
  let text = '';
  for (const { path, mode, token } of listing.files) text += `${path}\0${mode}\0${token}\n`;
  for (const { path, code, message } of [...listing.unlisted, ...listing.refused])
    text += `!${path}\0${code}\0${message}\n`;
  for (const [name, { digest }] of listing.folders) text += `/${name}\0${digest}\n`;
  return { ...listing, digest: hash.update(text).digest('base64url') };
}

export interface WholeListing {
  readonly files: RemoteFile[];
  readonly problems: SyncProblem[];
  readonly leftovers: string[];
  readonly twins: boolean;
}

/** Everything below a folder, in the order of the folders' names. */
export function flattened(root: FolderListing): WholeListing {
  const all = { files: [] as RemoteFile[], problems: [] as SyncProblem[], leftovers: [] as string[], twins: false };
  const open = [root];
  for (let listing = open.pop(); listing; listing = open.pop()) {
    for (const file of listing.files) all.files.push(file);
    all.problems.push(...listing.unlisted, ...listing.refused);
    all.leftovers.push(...listing.leftovers);
    all.twins ||= listing.holdsTwins;
    open.push(...[...listing.folders.values()].reverse());
  }
  return all;
}
