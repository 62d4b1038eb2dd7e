import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';

/** Where changes are heard of, and how they are read. One of its functions runs at a time. */
export interface ChangeSource<T> {
  /** Channels whose payload names what changed. */
  readonly channels: readonly string[];
  readonly idsOf: (payload: string) => readonly string[] | null;
  /** Notes how things stand: only what differs from it is a change. */
  begin(): Promise<void>;
  /** What has changed of what a channel named. */
  read(channel: string, ids: readonly string[]): Promise<readonly T[]>;
  /** What has changed, whether it was heard of or not. `lost`: it is likely that something was not heard. */
  look(lost: boolean): Promise<readonly T[]>;
  readonly warn: (message: string, error: unknown) => void;
}

/** Between two reads: what is heard meanwhile is read together. */
const togetherMs = 25;
const readAtOnce = 500;
/** Beyond, a look finds what was heard of. */
const mostHeard = 20_000;
/** Notifications can be lost without a sign. Looks take a twentieth of the time at most, or come every half minute. */
const lookMs = 3000;
const lookShare = 20;
const longestLookMs = 30_000;
const longestPauseMs = 5000;

/**
 * Reads what changed as soon as it is heard of, and looks for what was not heard of every few seconds. Resolves when
 * nothing that happens from now on is missed, with what ends it.
 */
export async function heardChanges<T>(
  database: Database,
  source: ChangeSource<T>,
  tell: (changes: readonly T[]) => void,
): Promise<() => Promise<void>> {
  const stopped = new AbortController();
  const heard = new Map<string, Set<string>>();
  let lost = false;
  let wake: () => void = () => {};
  let lookAt = performance.now() + lookMs;

  function hear(channel: string, payload: string): void {
    const ids = source.idsOf(payload);
    const set = heard.get(channel) ?? new Set();
    for (const id of ids ?? []) set.add(id);
    if (ids === null || set.size > mostHeard) {
      lost = true;
      set.clear();
    }
    heard.set(channel, set);
    wake();
  }

  const listening: (() => Promise<void>)[] = [];
  const endListening = async () => {
    for (const end of listening.splice(0)) await end();
  };
  try {
    for (const channel of source.channels)
      listening.push(await database.listen(channel, (payload) => hear(channel, payload)));
    await source.begin();
  } catch (error) {
    await endListening();
    throw error;
  }

  async function readHeard(): Promise<void> {
    for (const [channel, set] of heard) {
      const ids = [...set].slice(0, readAtOnce);
      if (ids.length === 0) continue;
      // What is heard of them meanwhile is read again; after an error a look finds them.
      for (const id of ids) set.delete(id);
      const changes = await source.read(channel, ids);
      if (changes.length > 0) tell(changes);
    }
  }

  async function look(): Promise<void> {
    const began = performance.now();
    const wasLost = lost;
    lost = false;
    try {
      const changes = await source.look(wasLost);
      if (changes.length > 0) tell(changes);
    } catch (error) {
      lost ||= wasLost;
      throw error;
    }
    const ended = performance.now();
    lookAt = ended + Math.min(longestLookMs, Math.max(lookMs, lookShare * (ended - began)));
  }

  const isDue = () => lost || performance.now() >= lookAt;
  const isHeard = () => [...heard.values()].some((set) => set.size > 0);

  async function run(): Promise<void> {
    let pauseMs = togetherMs;
    while (!stopped.signal.aborted) {
      if (!isHeard() && !isDue())
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, lookAt - performance.now());
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      if (stopped.signal.aborted) return;
      try {
        await readHeard();
        if (isDue()) await look();
        pauseMs = togetherMs;
      } catch (error) {
        if (stopped.signal.aborted) return;
        source.warn('What has changed cannot be read now.', error);
        lost = true;
        pauseMs = Math.min(longestPauseMs, 2 * Math.max(pauseMs, 200));
      }
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }

  const running = run();
  return async () => {
    stopped.abort();
    wake();
    await endListening();
    await running;
  };
}
