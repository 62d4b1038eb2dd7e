import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mode } from '@ratchet/sync-core/tree';
import { digestOf } from '../digest.ts';
import type { FileWrite, WriteRequest } from '../remote.ts';
import { errnoOf } from './filesystem/place.ts';

type Noted = readonly [digest: string, mode: Mode] | null;

/** What a write is to leave at a path: null is nothing. */
export interface Intended {
  readonly path: string;
  readonly entry: Noted;
  /** The document it is of, and what stood there before. Notes of older versions do not say. */
  readonly document?: string;
  readonly before?: Noted;
}

const keptFor = 30 * 24 * 3600 * 1000;
const name = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What writes were meant to leave, kept in a folder of its own so that a restart can compare. */
export interface Journal {
  /** Notes a write down, on disk before it returns, and forgets notes of a month ago. Answers its id. */
  note(request: WriteRequest): Promise<string>;
  /** null: nothing is noted under this id. */
  find(id: string): Promise<readonly Intended[] | null>;
}

/** @param now milliseconds. */
export function openJournal(folder: string, now: () => number): Journal {
  const fileOf = (id: string) => join(folder, `${id}.json`);
  return {
    async note(request) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await forgetOld(folder, now() - keptFor);
      const id = randomUUID();
      const intended = request.documents.flatMap(({ path, files }) => files.map((file) => intendedBy(path, file)));
      const temporary = `${fileOf(id)}.new`;
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify(intended));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, fileOf(id));
      return id;
    },

    async find(id) {
      if (!name.test(id)) return null;
      try {
        return JSON.parse(await readFile(fileOf(id), 'utf8')) as Intended[];
      } catch (error) {
        // A note that cannot be understood says as much as none: the write is compared and planned anew.
        if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT') return null;
        throw error;
      }
    },
  };
}

const intendedBy = (document: string, { path, before, after }: FileWrite): Intended => ({
  path,
  entry: after && [digestOf(after.bytes), after.mode],
  document,
  before: before && [before.digest, before.mode],
});

async function forgetOld(folder: string, before: number): Promise<void> {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    const isOurs = /\.json(?:\.new)?$/.test(entry);
    if (isOurs && (await stat(path)).mtimeMs < before) await rm(path, { force: true });
  }
}
