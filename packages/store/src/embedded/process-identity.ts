import { readFileSync, readlinkSync } from 'node:fs';

/** A process, so that a pid given out again, or the same pid in another container, is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** What it started at: clock ticks since the machine booted. null where the system does not say. */
  readonly started: string | null;
  /** The boot of the machine and the pid namespace: where these are equal, `pid` can be looked up. */
  readonly place: string;
}

export const ownIdentity = (): ProcessIdentity => ({ pid: process.pid, started: startOf(process.pid), place: place() });

/** Whether that process lives; null where it cannot be seen from here, in another container or on another machine. */
export function isAlive({ pid, started, place: where }: ProcessIdentity): boolean | null {
  if (where !== place()) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || now === started;
}

/** proc(5), field 22 of stat; the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | null {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function place(): string {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = read(() => readlinkSync('/proc/self/ns/pid'));
  return [boot, namespace].filter((part) => part !== null).join(' ');
}

/** null where there is no proc file system, or the process has gone. */
function read(file: () => string): string | null {
  try {
    return file();
  } catch {
    return null;
  }
}
