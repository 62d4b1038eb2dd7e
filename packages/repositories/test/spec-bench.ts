import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newId } from '@ratchet/store/id';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import { createProjectRemote } from '@ratchet/sync/endpoints/filesystem/project-remote';
import { createOpenSpecKind } from '@ratchet/sync/kinds/openspec/openspec-kind';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { openTestDatabase } from '@ratchet/testing/database';
import { conflictDesk } from '../src/conflict-desk.ts';
import { projectCycles } from '../src/specs/project-cycle.ts';
import { projectDesk } from '../src/specs/project-desk.ts';
import { specEdit } from '../src/specs/spec-edit.ts';
import { specEditor } from '../src/specs/spec-editor.ts';
import { specFeed } from '../src/specs/spec-feed.ts';
import { specReader } from '../src/specs/spec-reader.ts';
import { specResolver } from '../src/specs/spec-resolver.ts';
import { specSyncs } from '../src/specs/spec-sync.ts';
import type { SpecsContext } from '../src/specs/specs-context.ts';
import { una } from './workbench.ts';

export const all = { filters: {}, sorts: ['revision', 'startedAt'], defaultSort: [] };
export const byRevision = { ...all, defaultSort: [{ field: 'revision', order: 'desc' as const }] };
export const byStart = { ...all, defaultSort: [{ field: 'startedAt', order: 'desc' as const }] };
export const page = { page: 1, limit: 1000 };

/** A database, a folder of a project, and everything between them, for real. */
export async function specBench() {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-specs-'));
  const root = join(folder, 'shop');
  mkdirSync(join(root, 'openspec', 'changes'), { recursive: true });
  const database = await openTestDatabase();

  /** Another node over the same database. */
  function node() {
    const context: SpecsContext = {
      database,
      kind: createTaskKind(),
      specKind: createOpenSpecKind(),
      nodeId: newId(),
      now: () => new Date(),
      openRemote: async ({ id, uri, isWritable, documentKind, subPath }) => {
        const shared = { root: uri, writable: isWritable, journalDir: join(folder, 'journals', id) };
        return documentKind === 'task' ? createFilesystemRemote({ ...shared, subPath }) : createProjectRemote(shared);
      },
      openForge: async () => null,
      log: () => {},
    };
    const cycles = projectCycles(context);
    const syncs = specSyncs(context, cycles);
    const edits = specEdit(context, cycles);
    const resolver = specResolver(context, cycles);
    return {
      context,
      cycles,
      syncs,
      resolver,
      editor: specEditor(context, cycles, edits),
      reader: specReader(context, () => false),
      desk: projectDesk(context, { cycles, syncs, checkPlace: () => {}, sweepSeconds: 30 }),
      conflicts: conflictDesk(context, () => {}, resolver.resolve),
      feed: specFeed(context),
    };
  }

  const place = (path: string) => join(root, 'openspec', path);
  const first = node();
  return {
    ...first,
    node,
    database,
    folder,
    root,
    place,
    read: (path: string): string => readFileSync(place(path), 'utf8'),
    write(path: string, content: string | Uint8Array): void {
      mkdirSync(dirname(place(path)), { recursive: true });
      writeFileSync(place(path), content);
    },
    register: (settings: { name?: string; isWritable?: boolean; path?: string } = {}) =>
      first.desk.create(
        { name: 'shop', path: root, syncEnabled: true, isWritable: true, conflictPolicy: 'manual', ...settings },
        { actor: una },
      ),
    async close() {
      await first.feed.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type SpecBench = Awaited<ReturnType<typeof specBench>>;
