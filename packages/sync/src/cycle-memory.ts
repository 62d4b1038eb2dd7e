import type { Discovered } from './kind.ts';
import type { Listing } from './remote.ts';

/** A document as it was listed. */
export interface KnownDocument {
  readonly document: Discovered;
  readonly token: string;
  /** Its remote side was not taken over: it is looked at again, changed or not. */
  readonly isOpen?: true;
}

/** A listing, and what was found in it. */
export interface Known {
  readonly listing: Listing;
  /** What decides which documents there are, as it was then. */
  readonly scope: string;
  /** Documents by path. */
  readonly documents: ReadonlyMap<string, KnownDocument>;
  /** When every document was last looked up in the store: milliseconds of `performance.now()`. */
  readonly wholeAt: number;
}

/**
 * What this process remembers of a repository between two cycles, so that the next one looks only at what changed. It is
 * never believed against the store: documents count as looked at only while the store itself says that the state of that
 * mark was taken over whole. It may be lost, or forgotten, at any time.
 */
export interface CycleMemory {
  known: Known | null;
}

/** After this time every document is looked up again, whatever the marks say. Milliseconds. */
export const wholeEvery = 10 * 60_000;

/** Files more than this, over all repositories, are not remembered: some 70 MB. */
const filesRemembered = 200_000;

/** Memories by repository; those not used for the longest time make room. */
export function cycleMemories() {
  const memories = new Map<string, CycleMemory>();
  const filesIn = ({ known }: CycleMemory) => known?.listing.files.length ?? 0;
  return {
    /** Counts as use. */
    of(id: string): CycleMemory {
      const memory = memories.get(id) ?? { known: null };
      memories.delete(id);
      let room = filesRemembered - filesIn(memory);
      for (const [other, one] of [...memories].reverse()) {
        room -= filesIn(one);
        if (room < 0) memories.delete(other);
      }
      if (filesIn(memory) > filesRemembered) memory.known = null;
      memories.set(id, memory);
      return memory;
    },
    forget(id: string): void {
      memories.delete(id);
    },
  };
}
