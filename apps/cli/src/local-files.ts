import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { exitCodes, Failed } from './exit.ts';

/** A file as it goes to the server and comes from it. */
export interface CarriedFile {
  readonly path: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
  readonly mode: '100644' | '100755';
}

const never = new Set(['.git', 'node_modules']);

/** Every file below a folder, links left out. */
export function filesBelow(folder: string): CarriedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((full) => ({ full, path: relative(folder, full).split(sep).join('/') }))
    .filter(({ path }) => !path.split('/').some((part) => never.has(part)))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ full, path }) => ({
      path,
      content: readFileSync(full).toString('base64'),
      encoding: 'base64' as const,
      mode: statSync(full).mode & 0o100 ? ('100755' as const) : ('100644' as const),
    }));
}

/**
 * Writes files below a folder, all of them or none: beside the folder first, then moved. Nothing is written where one of
 * them is there already, unless `force`, or lies outside.
 */
export function writeBelow(
  folder: string,
  files: readonly Pick<CarriedFile, 'path' | 'content'>[] | readonly CarriedFile[],
  force: boolean,
): string[] {
  const root = resolve(folder);
  const targets = files.map((file) => ({ file, full: resolve(root, file.path) }));
  for (const { file, full } of targets) {
    if (!full.startsWith(root + sep)) throw new Failed(`${file.path} would be written outside of ${folder}.`);
    if (!force && existsSync(full))
      throw new Failed(`${full} is there already. Choose another folder, or say --force.`, exitCodes.usage);
  }
  mkdirSync(dirname(root), { recursive: true });
  const draft = mkdtempSync(join(dirname(root), `.${basename(root)}.draft-`));
  try {
    for (const { file, full } of targets) {
      const beside = join(draft, relative(root, full));
      mkdirSync(dirname(beside), { recursive: true });
      const base64 = 'encoding' in file && file.encoding === 'base64';
      writeFileSync(beside, Buffer.from(file.content, base64 ? 'base64' : 'utf8'));
      if ('mode' in file && file.mode === '100755') chmodSync(beside, 0o755);
    }
    if (existsSync(root)) {
      for (const { full } of targets) {
        mkdirSync(dirname(full), { recursive: true });
        renameSync(join(draft, relative(root, full)), full);
      }
    } else {
      chmodSync(draft, 0o755);
      renameSync(draft, root);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return targets.map(({ full }) => full);
}
