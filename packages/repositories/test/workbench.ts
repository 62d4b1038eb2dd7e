import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@ratchet/contract/dispatcher';
import { PushPolicy, type Repository } from '@ratchet/contract/entities/repository';
import { newId } from '@ratchet/store/id';
import { createGitRemote } from '@ratchet/sync/endpoints/git/git-remote';
import type { Forge } from '@ratchet/sync/forges/forge';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { openTestDatabase } from '@ratchet/testing/database';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { conflictDesk } from '../src/conflict-desk.ts';
import type { RepositoriesContext } from '../src/context.ts';
import { pushDesk } from '../src/push-desk.ts';
import { fileReplacer } from '../src/replace-files.ts';
import { repositoryRegistry } from '../src/repository-registry.ts';
import { repositorySync } from '../src/repository-sync.ts';
import { servedRegistry } from '../src/served-registry.ts';
import { taskEditor } from '../src/task-editor.ts';
import { taskMover } from '../src/task-mover.ts';
import { taskReader } from '../src/task-reader.ts';
import { taskStore } from '../src/task-store.ts';

export const una: Actor = { kind: 'user', id: 'una', name: 'Una', email: 'una@example.org' };
export const manual = { trigger: 'manual', actor: una } as const;

export const metadata = (name: string, more: object = {}): string =>
  `${JSON.stringify({ name, uuid: `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(-12)}`, version: '1.0.0', description: 'as it was', tags: ['one'], ...more }, null, 4)}\n`;

export const source =
  '(input) => {\n  const a = 1;\n  const b = 2;\n  const c = 3;\n  return { sum: a + b + c + input.n };\n};\n';

/** A repository at a path of this machine, as it is asked for. */
export const gitRepository = (name: string, path: string) => ({
  name,
  repositoryType: 'git' as const,
  uri: `file://${path}`,
  branch: 'main',
  subPath: null,
  credentialId: null,
  syncEnabled: true,
  syncIntervalMinutes: 0,
  priority: 0,
  isWritable: true,
  watchPatterns: [],
  ignorePatterns: [],
  pushOnChange: false,
  pushPolicy: PushPolicy.parse({}),
  conflictPolicy: 'manual' as const,
  metadata: {},
  isDefault: false,
});

/** Two tasks. */
export const sumAndOther = () => ({
  'sum/metadata.json': metadata('Sum'),
  'sum/main.js': source,
  'other/metadata.json': metadata('Other'),
  'other/main.js': source,
});

/** A database, a bare Git repository with tasks, and everything between them, for real. */
export async function workbench(
  files: Readonly<Record<string, string | Uint8Array>>,
  settings: Partial<Repository> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  const database = await openTestDatabase();
  const upstream = await createGitRepository(join(folder, 'upstream.git'));
  await upstream.commit(files);
  const context: RepositoriesContext = {
    database,
    kind: createTaskKind(),
    nodeId: newId(),
    now: () => new Date(),
    openRemote: async (row) =>
      createGitRemote({
        url: row.uri,
        branch: row.branch,
        subPath: row.subPath,
        mirrorDir: join(folder, 'mirrors', row.id),
        auth: null,
        allowFileProtocol: true,
        committer: { name: 'Ratchet', email: 'ratchet@ratchet.invalid' },
      }),
    openForge: async () => forge,
    log: () => {},
  };
  let forge: Forge | null = null;
  const edits: string[] = [];
  const edited = (id: string) => void edits.push(id);
  const store = taskStore(context);
  const mover = taskMover(context, edited);
  const sync = repositorySync(context);
  const editor = taskEditor(context, store, edited);
  const registry = repositoryRegistry(
    context,
    {
      keep: async () => null,
      exists: async () => true,
      forget: async () => {},
      sealWebhook: () => ({ webhookSecret: null, webhookSecretKey: null }),
    },
    () => {},
    mover,
  );
  const repository = await registry.create({
    ...gitRepository('upstream', upstream.path),
    isDefault: true,
    ...settings,
  });
  const reader = taskReader(context);
  return {
    context,
    database,
    upstream,
    registry,
    repositoryId: repository.id,
    reader,
    sync,
    editor,
    mover,
    /** Repositories that heard of an edit, in order. */
    edits,
    served: servedRegistry(context, fileReplacer(context, store), edited),
    pushes: pushDesk(context, (id, approved) => sync.push(id, { ...approved, trigger: 'manual' })),
    desk: conflictDesk(context, edited),
    useForge(next: Forge | null) {
      forge = next;
    },
    /** The task at a path of the repository. */
    async taskAt(path: string) {
      const page = await reader.list(
        { filters: { repositoryPath: 'string' }, sorts: [], defaultSort: [] },
        { page: 1, limit: 2, filters: [{ field: 'repositoryPath', op: 'eq', value: path }] },
        false,
      );
      const [found] = page.items;
      if (!found) throw new Error(`There is no task at ${path}.`);
      return reader.get(found.id);
    },
    async upstreamText(path: string): Promise<string | undefined> {
      return (await upstream.files()).get(path)?.bytes.toString('utf8');
    },
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Workbench = Awaited<ReturnType<typeof workbench>>;
