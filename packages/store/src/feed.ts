import { type ChangeQueue, changeQueue } from './change-queue.ts';

/** Where changes come from; begun for the first reader, ended with the last one. */
export interface FeedSource<T> {
  /** Resolves when nothing that happens from now on is missed, with what ends it. */
  begin(tell: (changes: readonly T[]) => void): Promise<() => Promise<void>>;
  /** What a change is a change of: a later one takes the place of one that was not read yet. */
  keyOf(change: T): string;
  /** Changes as they would be told now, by key; without, all are kept. */
  again?(keys: readonly string[]): Promise<readonly T[]>;
}

export interface Follow<T> {
  readonly wanted: (change: T) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** What is told before any change. */
  readonly first?: () => Promise<readonly T[]>;
  /** Called when nothing that happens from now on is missed. */
  readonly opened?: (() => void) | undefined;
}

export interface Feed<T> {
  /** Changes from now on, until the signal ends or the feed closes. Throws UNAVAILABLE when they are read too slowly. */
  follow(follow: Follow<T>): AsyncGenerator<T>;
  /** Ends every reader, and what they share. */
  close(): Promise<void>;
}

const readAtOnce = 100;

/** One source for however many readers in this process. */
export function feed<T>(source: FeedSource<T>): Feed<T> {
  const readers = new Map<ChangeQueue<T>, Follow<T>['wanted']>();
  const closed = new AbortController();
  let begun: Promise<() => Promise<void>> | null = null;
  let ended: Promise<void> = Promise.resolve();

  function tell(changes: readonly T[]): void {
    for (const [queue, wanted] of readers)
      for (const change of changes) if (wanted(change)) queue.put(source.keyOf(change), change);
  }

  function begin(): Promise<() => Promise<void>> {
    const beginning = ended.then(() => source.begin(tell));
    beginning.catch(() => {
      if (begun === beginning) begun = null;
    });
    return beginning;
  }

  function leave(queue: ChangeQueue<T>): void {
    if (!readers.delete(queue) || readers.size > 0 || !begun) return;
    const running = begun;
    begun = null;
    ended = running.then((end) => end()).catch(() => {});
  }

  return {
    async *follow({ wanted, first, signal, opened }) {
      const until = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal;
      if (until.aborted) return;
      const queue = changeQueue(source.again);
      readers.set(queue, wanted);
      try {
        begun ??= begin();
        await begun;
        opened?.();
        for (const change of (await first?.()) ?? []) yield change;
        while (!until.aborted)
          for (const change of await queue.take(readAtOnce, until)) {
            if (until.aborted) return;
            yield change;
          }
      } finally {
        leave(queue);
      }
    },
    async close() {
      closed.abort();
      for (const queue of [...readers.keys()]) leave(queue);
      await ended;
    },
  };
}
