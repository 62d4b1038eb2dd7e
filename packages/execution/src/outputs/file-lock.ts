import { link, open, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nobody holds one for so long: whoever made it is dead. */
const staleMs = 30_000;
const chains = new Map<string, Promise<void>>();

/**
 * Works while no other does under the same path: in this process by a chain, among processes by a file `<path>.lock`, which
 * a process that died leaves behind for half a minute.
 */
export async function withFileLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const before = chains.get(path) ?? Promise.resolve();
  const own = before.then(async () => {
    signal.throwIfAborted();
    await take(`${path}.lock`, signal);
    try {
      return await work();
    } finally {
      await unlink(`${path}.lock`).catch(() => {});
    }
  });
  const settled = own.then(
    () => {},
    () => {},
  );
  chains.set(path, settled);
  void settled.then(() => {
    if (chains.get(path) === settled) chains.delete(path);
  });
  return own;
}

async function take(lock: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const made = await open(lock, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (made) return made.close();
    await breakStale(lock);
    await sleep(15, undefined, { signal });
  }
}

/** Takes away a lock whose holder is dead; never one that was made since it was looked at. */
async function breakStale(lock: string): Promise<void> {
  const seen = await stat(lock).catch(() => null);
  if (!seen || Date.now() - seen.mtimeMs < staleMs) return;
  const aside = `${lock}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await rename(lock, aside).catch(() => {});
  const taken = await stat(aside).catch(() => null);
  if (!taken) return;
  if (taken.ino !== seen.ino) await link(aside, lock).catch(() => {});
  await unlink(aside).catch(() => {});
}
