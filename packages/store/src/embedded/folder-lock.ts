import { randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RatchetError } from '@ratchet/contract/errors';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const prefix = 'server.lock.';
const touchEveryMs = 5000;
/** A claim of a process that cannot be looked up from here counts until it was not touched for so long. */
const untouchedMs = 30_000;
/** Of two processes that came at once both may have stepped back. */
const tries = 5;

/**
 * Takes a data folder for this process. Throws UNAVAILABLE when another living process holds it; what a dead one left is
 * removed. Answers what gives the folder back.
 *
 * Every process writes a claim of its own first and looks for those of others then, so that of two at least one sees the
 * other. A dead claim is removed, never taken over: its name does not come again.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  for (let attempt = 1; ; attempt++) {
    const claim = stake(folder);
    try {
      const holder = otherHolder(folder, claim);
      if (!holder) return keep(claim);
      rmSync(claim, { force: true });
      if (attempt === tries) throw inUse(holder);
    } catch (error) {
      rmSync(claim, { force: true });
      throw error;
    }
    await sleep(randomInt(20, 200));
  }
}

/** Writes a claim, which appears whole or not at all. */
function stake(folder: string): string {
  const claim = join(folder, prefix + randomUUID());
  const draft = join(folder, `.${randomUUID()}.tmp`);
  writeFileSync(draft, JSON.stringify(ownIdentity()), { flag: 'wx', mode: 0o600 });
  renameSync(draft, claim);
  return claim;
}

/** Who lives and has a claim besides this one; claims of the dead are removed. */
function otherHolder(folder: string, own: string): ProcessIdentity | null {
  for (const name of readdirSync(folder)) {
    const claim = join(folder, name);
    if (!name.startsWith(prefix) || claim === own) continue;
    const holder = read(claim);
    if (!holder) continue;
    if (isAlive(holder) ?? age(claim, own) < untouchedMs) return holder;
    rmSync(claim, { force: true });
  }
  return null;
}

/** null: it was given back just now. */
function read(claim: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(claim, 'utf8')) as ProcessIdentity;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const message = `A lock in the data folder cannot be read. When no server runs on that folder, remove ${prefix}* there.`;
    throw new RatchetError('UNAVAILABLE', message, undefined, { cause });
  }
}

/** Milliseconds from one claim to the other, by the clock of the file system that holds both. */
const age = (claim: string, own: string): number =>
  statSync(own).mtimeMs - (statSync(claim, { throwIfNoEntry: false })?.mtimeMs ?? 0);

function inUse(holder: ProcessIdentity): RatchetError {
  const where = isAlive(holder) === null ? ' on another machine or in another container' : '';
  return new RatchetError(
    'UNAVAILABLE',
    `The data folder is in use by process ${holder.pid}${where}. Stop that server, or start this one with another --data-dir; several servers on one database need DATABASE_URL.`,
    { pid: holder.pid },
  );
}

function keep(claim: string): () => void {
  const touching = setInterval(() => {
    const now = new Date();
    // Where this fails, processes elsewhere may take this one for dead; those that can look it up do not.
    utimes(claim, now, now, () => {});
  }, touchEveryMs).unref();
  return () => {
    clearInterval(touching);
    rmSync(claim, { force: true });
  };
}
