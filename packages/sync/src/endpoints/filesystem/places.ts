import type { FolderListing } from './folder-listing.ts';

/** What is to be looked at below one folder. */
export interface Wanted {
  /** The folder's own entries. */
  entries: boolean;
  /** Everything below it, as if nothing were known. */
  everything: boolean;
  /** Folders below it, by name. */
  readonly below: Map<string, Wanted>;
}

const nothing = (): Wanted => ({ entries: false, everything: false, below: new Map() });

/**
 * Where to look for changes at some places (full paths): at each place's folder, or at the nearest one above it that is
 * known, and at all that is below the place where it is a folder itself. Places outside of `root` are none of ours.
 */
export function wantedAt(root: string, known: FolderListing, places: readonly string[]): Wanted {
  const top = nothing();
  const prefix = root === '/' ? root : `${root}/`;
  for (const place of places) {
    if (place === root) return { entries: true, everything: true, below: new Map() };
    if (!place.startsWith(prefix)) continue;
    let [wanted, listing] = [top, known];
    const parts = place.slice(prefix.length).split('/');
    for (const [i, part] of parts.entries()) {
      const folder = listing.folders.get(part);
      if (!folder || i === parts.length - 1) {
        wanted.entries = true;
        if (!folder) break;
      }
      const below = wanted.below.get(part) ?? nothing();
      wanted.below.set(part, below);
      if (i === parts.length - 1) below.everything = true;
      [wanted, listing] = [below, folder];
    }
  }
  return top;
}
