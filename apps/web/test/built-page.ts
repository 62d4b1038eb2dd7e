import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const lock = join(root, 'node_modules', '.building');

/** Builds the page where it is not of the present sources; of several processes one does it and the others wait. */
export async function builtPage(): Promise<void> {
  mkdirSync(dirname(lock), { recursive: true });
  while (!taken()) await sleep(100);
  try {
    await promisify(execFile)(process.execPath, [join(root, 'build.ts'), '--if-changed'], { cwd: root });
  } finally {
    rmSync(lock, { force: true });
  }
}

function taken(): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(holder())) rmSync(lock, { force: true });
    return false;
  }
}

function holder(): number | null {
  try {
    // Empty between its making and its writing.
    return Number(readFileSync(lock, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isRunning(pid: number | null): boolean {
  if (pid === null) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
