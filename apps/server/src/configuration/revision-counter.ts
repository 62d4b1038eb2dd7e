import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Seen {
  readonly digest: string | null;
  readonly revision: number;
}

/**
 * Counts what the configuration file has been, in a file of its own: a digest that was not the last one is the next
 * revision, over starts and changes by hand too. From 1.
 */
export function revisionCounter(path: string): (digest: string | null) => number {
  return (digest) => {
    const seen = read(path);
    if (seen?.digest === digest) return seen.revision;
    const next: Seen = { digest, revision: (seen?.revision ?? 0) + 1 };
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.next`, JSON.stringify(next), { mode: 0o600 });
    renameSync(`${path}.next`, path);
    return next.revision;
  };
}

function read(path: string): Seen | null {
  try {
    const { digest, revision } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Seen>;
    return typeof revision === 'number' && Number.isSafeInteger(revision) ? { digest: digest ?? null, revision } : null;
  } catch {
    // None yet, or one that was lost half-way: counting goes on from the start.
    return null;
  }
}
