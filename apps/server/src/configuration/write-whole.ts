import { randomUUID } from 'node:crypto';
import {
  chownSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a text in the place of a file, whole or not at all, with the permissions it had; what was there stays beside it as
 * `.bak`. A new one is for its owner alone.
 */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const before = statSync(path, { throwIfNoEntry: false });
  // A link stays one: what it leads to is replaced.
  const target = before ? realpathSync(path) : path;
  const draft = `${target}.${randomUUID()}.tmp`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      if (before) fchmodSync(file, before.mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (before) {
      if (process.getuid?.() === 0) chownSync(draft, before.uid, before.gid);
      copyFileSync(target, `${target}.bak`);
    }
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(target), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
