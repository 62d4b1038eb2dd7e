import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const prefix = 'server.lock.';
const touchEveryMs = 5000;
/** A claim of a process that cannot be looked up from here counts until it was not touched for so long. */
const untouchedMs = 20_000;

/**
 * Takes a data folder for this process. Throws UNAVAILABLE when another living process holds it; what a dead one left is
 * removed. Answers what gives the folder back.
 *
 * Every process writes a claim of its own and then looks for those of others, so that of two that come at once at least
 * one sees the other. A dead claim is never taken over, only removed: its name does not come again.
 */
export function lockFolder(folder: string): () => void {
  const name = `${prefix}${randomUUID()}`;
  const claim = join(folder, name);
  write(folder, claim, ownIdentity());
  try {
    for (const other of readdirSync(folder)) if (other.startsWith(prefix) && other !== name) judge(join(folder, other), claim);
  } catch (error) {
    rmSync(claim, { force: true });
    throw error;
  }
  const touching = setInterval(() => touch(claim), touchEveryMs).unref();
  return () => {
    clearInterval(touching);
    rmSync(claim, { force: true });
  };
}

/** Appears whole or not at all. */
function write(folder: string, claim: string, identity: ProcessIdentity): void {
  const draft = join(folder, `.${randomUUID()}.tmp`);
  writeFileSync(draft, JSON.stringify(identity), { flag: 'wx', mode: 0o600 });
  renameSync(draft, claim);
}

/** Removes another process's claim when that process is dead; throws when it lives. */
function judge(other: string, own: string): void {
  const holder = read(other);
  if (!holder) return;
  const alive = isAlive(holder) ?? age(other, own) < untouchedMs;
  if (!alive) {
    rmSync(other, { force: true });
    return;
  }
  const where = isAlive(holder) === null ? ' on another machine or in another container' : '';
  throw new RatchetError(
    'UNAVAILABLE',
    `The data folder is in use by process ${holder.pid}${where}. Stop that server, or start this one with another --data-dir; for several servers on one database set DATABASE_URL.`,
  );
}

function read(path: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new RatchetError('UNAVAILABLE', 'The lock file in the data folder cannot be read. Remove server.lock.* there when no server runs.', undefined, {
      cause: error,
    });
  }
}

/** In milliseconds, by the clock of the file system that holds both. */
const age = (other: string, own: string): number => statSync(own).mtimeMs - (statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? 0);

function touch(claim: string): void {
  const now = new Date();
  try {
    utimesSync(claim, now, now);
  } catch (error) {
    // The folder was removed under the server: nothing is left to hold.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Makes the folder for its owner alone. One that is there and is another's business keeps its permissions. */
export function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
