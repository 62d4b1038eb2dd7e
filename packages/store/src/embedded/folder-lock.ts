import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';

interface Holder {
  pid: number;
  /** When that process started, so that a pid that was given out again is not taken for it. */
  started: string | null;
}

/**
 * Takes a data folder for this process. Throws UNAVAILABLE when a living process holds it; the lock of a dead one is taken
 * over. Answers what gives the folder back.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'server.lock');
  const mine: Holder = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 0; ; attempt++) {
    if (create(path, mine)) return () => release(path, mine);
    const holder = read(path);
    if (holder && alive(holder))
      throw new RatchetError(
        'UNAVAILABLE',
        `The data folder is in use by process ${holder.pid}. Stop that server, or start this one with another --data-dir; a database that several servers share needs DATABASE_URL.`,
      );
    if (attempt === 3) throw new RatchetError('UNAVAILABLE', 'The data folder’s lock changes hands all the time. Try again.');
    stealFrom(path, holder);
  }
}

function create(path: string, holder: Holder): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, JSON.stringify(holder));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved away first: of two processes that steal at once only one moves the dead lock, and neither a fresh one. */
function stealFrom(path: string, holder: Holder | null): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved && alive(moved) && moved.pid !== holder?.pid) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

function release(path: string, mine: Holder): void {
  const holder = read(path);
  if (holder?.pid === mine.pid && holder.started === mine.started) rmSync(path, { force: true });
}

function read(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function alive({ pid, started }: Holder): boolean {
  if (pid === process.pid) return started === startOf(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || now === started;
}

/** Start time in clock ticks since boot (Linux, proc(5) field 22); null where the system does not say. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
