import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { subscribe } from '@parcel/watcher';
import { temporaryPrefix } from './kinds/task/ignored.ts';

export interface WatchOptions {
  /** The folder, or the file, that is watched. It need not be there yet. */
  readonly path: string;
  /** How long it must be quiet before a hint. */
  readonly debounceMs?: number;
  /**
   * Something may have changed: look. `places` (full paths, links resolved) may narrow where, and nothing else is to be
   * concluded from them; null: anywhere.
   */
  readonly onHint: (places: readonly string[] | null) => void;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export interface Watch {
  close(): Promise<void>;
}

/** More places than this are a burst, in which events may be lost: then everything is looked at. */
const mostPlaces = 100;
/** How often everything is looked at, whatever was heard. */
const anywhereEveryMs = 5 * 60_000;
/** While changes never stop, a hint comes at least so often. */
const latestMs = 1000;
/** How often it is looked whether the watched folder is still the same one. */
const identityEveryMs = 2000;
const firstRetryMs = 500;
const longestRetryMs = 60_000;

/**
 * Watches a folder, or one file. A change during a hint's look makes another hint; a watcher that fails, or whose folder
 * was replaced, is started anew, and then hints too, for what happened meanwhile is not known.
 */
export function watch({ path, debounceMs = 100, onHint, onTrouble }: WatchOptions): Watch {
  let closed = false;
  let subscription: { unsubscribe(): Promise<void> } | null = null;
  let identity: string | null = null;
  let failures = 0;
  let quiet: NodeJS.Timeout | undefined;
  let since = 0;
  let retry: NodeJS.Timeout | undefined;
  let changing = Promise.resolve();
  let places: Set<string> | null = new Set();

  const anywhere = (): void => hint(null);

  /** null: the change may be anywhere. */
  function hint(changed: readonly string[] | null): void {
    if (closed) return;
    if (!changed) places = null;
    for (const place of changed ?? []) places?.add(place);
    if (places && places.size > mostPlaces) places = null;
    const now = performance.now();
    if (!quiet) since = now;
    clearTimeout(quiet);
    quiet = setTimeout(
      () => {
        quiet = undefined;
        const where = places && [...places];
        places = new Set();
        if (!closed) onHint(where);
      },
      Math.max(0, Math.min(debounceMs, since + latestMs - now)),
    );
  }

  /** One change of the subscription at a time, whatever asks for it. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    changing = changing.then(work, work);
    return changing;
  };

  const start = (): Promise<void> =>
    inTurn(async () => {
      await stop();
      if (closed) return;
      const found = identityOf(path);
      identity = found?.id ?? null;
      if (!found) return;
      try {
        const only = found.isFile ? basename(path) : null;
        subscription = await subscribe(
          found.isFile ? dirname(found.real) : found.real,
          (error, events) => {
            if (error) return trouble('Watching a repository failed; it is watched anew.', error);
            const changed = events.map((event) => event.path).filter((path) => concerns(path, only));
            if (changed.length > 0) hint(only === null ? changed : null);
          },
          { ignore: ['**/node_modules/**', '**/.git/**'] },
        );
        failures = 0;
      } catch (error) {
        trouble('A repository cannot be watched; it is tried again.', error);
      }
    });

  async function stop(): Promise<void> {
    const old = subscription;
    subscription = null;
    await old?.unsubscribe().catch((error: unknown) => onTrouble('A watcher did not end well.', error));
  }

  function trouble(message: string, error: unknown): void {
    if (closed) return;
    onTrouble(message, error);
    anywhere();
    const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** failures++) * (0.8 + Math.random() * 0.4);
    clearTimeout(retry);
    retry = setTimeout(() => void start().then(anywhere), wait);
  }

  // A watcher hears nothing of a folder that was moved away, and of another one in its place.
  const identityTimer = setInterval(() => {
    if ((identityOf(path)?.id ?? null) === identity) return;
    void start().then(anywhere);
  }, identityEveryMs);
  const anywhereTimer = setInterval(anywhere, anywhereEveryMs);
  void start().then(anywhere);

  return {
    async close() {
      closed = true;
      clearInterval(identityTimer);
      clearInterval(anywhereTimer);
      clearTimeout(quiet);
      clearTimeout(retry);
      await inTurn(stop);
    },
  };
}

/** Our own temporary files come before a rename, which is heard of too. */
const concerns = (path: string, only: string | null): boolean => {
  const name = basename(path);
  return only === null ? !name.startsWith(temporaryPrefix) : name === only;
};

/** What stands at a path, links followed; null: nothing that can be watched. */
function identityOf(path: string): { id: string; real: string; isFile: boolean } | null {
  try {
    const real = realpathSync(path);
    const stat = lstatSync(real, { bigint: true });
    if (stat.isDirectory()) return { id: `${real} ${stat.dev} ${stat.ino}`, real, isFile: false };
    // A file is replaced by every write of it: its folder is what stays.
    const folder = lstatSync(dirname(real), { bigint: true });
    return { id: `${real} ${folder.dev} ${folder.ino}`, real, isFile: true };
  } catch {
    return null;
  }
}
