import type { Actor } from '@ratchet/contract/dispatcher';
import type { SpecConflicts, SpecValidation } from '@ratchet/contract/entities/spec';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import { specAt, specVersion } from '@ratchet/store/queries/specs';
import { planCycle } from '@ratchet/sync/cycle';
import { addTask, removeTask, setTaskDone, setTaskText } from '@ratchet/sync/kinds/openspec/edit-tasks';
import { folderFault, newChangeFiles } from '@ratchet/sync/kinds/openspec/new-change';
import { changePath } from '@ratchet/sync/kinds/openspec/place';
import { isRuleFile, type ProjectRules, projectRules } from '@ratchet/sync/kinds/openspec/project-rules';
import { validateChange } from '@ratchet/sync/kinds/openspec/validate-change';
import { isIgnoredPath } from '@ratchet/sync/kinds/task/ignored';
import { checkPath } from '@ratchet/sync/paths';
import { EndpointError } from '@ratchet/sync/problem';
import type { Tree } from '@ratchet/sync-core/tree';
import type * as z from 'zod';
import { toStored } from '../trees.ts';
import { archived, localDay } from './archive-change.ts';
import { positionNow, taskBytes, withTasks } from './edit-task-list.ts';
import type { ProjectCycles } from './project-cycle.ts';
import { rebaseTexts } from './rebase-edit.ts';
import { specDifferences } from './spec-differences.ts';
import type { EditOptions, SpecEdit } from './spec-edit.ts';
import { contentsOf, loadTree, type SpecFiles } from './spec-files.ts';
import { requireWritable } from './spec-sync.ts';
import { specIdOf } from './spec-view.ts';
import type { SpecsContext } from './specs-context.ts';

/** Texts of a change; null removes a file, what is left out stays. */
export interface SpecTexts {
  readonly proposalContent?: string | null | undefined;
  readonly tasksContent?: string | null | undefined;
  readonly designContent?: string | null | undefined;
  readonly files?: Readonly<Record<string, string | null>> | undefined;
}

export type SpecEditor = ReturnType<typeof specEditor>;

/** What people do to changes. Every edit is in the files, or only in the database where a project is read-only, when it returns. */
export function specEditor(context: SpecsContext, cycles: ProjectCycles, { edit, make }: SpecEdit) {
  const { database, now } = context;
  const { db } = database;

  return {
    update: (row: SpecRow, texts: SpecTexts, options: EditOptions): Promise<SpecRow> => {
      const given = bytesOf(texts);
      return edit(row, options, async (seen) => ({
        files: await keptAlive(seen.now, rebaseTexts(seen, given)),
        description: `Changed ${[...given.keys()].sort().join(', ')}`,
      }));
    },

    updateTask: (
      row: SpecRow,
      {
        n,
        done,
        text,
        expectedText,
      }: { n: number; done?: boolean | undefined; text?: string | undefined; expectedText?: string | undefined },
      options: EditOptions,
    ): Promise<SpecRow> =>
      edit(row, options, (seen) => {
        const at = positionNow(seen, n, expectedText);
        let files = seen.now;
        if (done !== undefined) files = withTasks(files, setTaskDone(taskBytes(files), at, done));
        if (text !== undefined) files = withTasks(files, setTaskText(taskBytes(files), at, text));
        const what = done === undefined ? 'Reworded' : done ? 'Ticked' : 'Unticked';
        return { files, description: `${what} task ${at}` };
      }),

    addTask: (
      row: SpecRow,
      {
        text,
        after,
        group,
        done,
      }: { text: string; after?: number | undefined; group?: string | undefined; done: boolean },
      options: EditOptions,
    ): Promise<SpecRow> =>
      edit(row, options, (seen) => {
        const place = after === undefined ? {} : { after: positionNow(seen, after) };
        const task = { text, done, ...place, ...(group === undefined ? {} : { group }) };
        return { files: withTasks(seen.now, addTask(taskBytes(seen.now), task)), description: 'Added a task' };
      }),

    removeTask: (row: SpecRow, n: number, options: EditOptions): Promise<SpecRow> =>
      edit(row, options, (seen) => ({
        files: withTasks(seen.now, removeTask(taskBytes(seen.now), positionNow(seen, n))),
        description: `Removed task ${n}`,
      })),

    async create(
      projectId: string,
      { id, ...texts }: SpecTexts & { readonly id: string },
      options: EditOptions,
    ): Promise<SpecRow> {
      const project = await cycles.load(projectId);
      const fault = folderFault(id);
      if (fault) throw invalid('id', fault);
      const begun = newChangeFiles(id, { created: localDay(now()) });
      const files: SpecFiles = new Map(
        [...begun, ...bytesOf(texts, true)].flatMap(([path, bytes]) =>
          bytes ? [[path, { bytes, mode: '100644' as const }] as const] : [],
        ),
      );
      const description = options.changeDescription ?? 'Created';
      return make(project, changePath(id), files, { ...options, description });
    },

    /** Moves a change to the archive, under today's date; its specs are merged into the project's unless told not to. */
    async archive(
      row: SpecRow,
      { skipSpecs, force }: { readonly skipSpecs: boolean; readonly force: boolean },
      options: EditOptions,
    ): Promise<SpecRow> {
      requireWritable(await cycles.load(row.repositoryId));
      return edit(row, options, async ({ row: current, now: files, listed, cycle }) => ({
        files,
        ...(await archived(cycle, current, files, listed, { skipSpecs, force, date: now() })),
        description: 'Archived',
      }));
    },

    async delete(row: SpecRow, options: EditOptions): Promise<void> {
      await edit(row, options, () => ({ files: null, description: 'Deleted' }));
    },

    /** Also of a change that was deleted, which is then there again. */
    async rollback(row: SpecRow, revision: number, options: EditOptions): Promise<SpecRow> {
      const version = await specVersion(db, row.id, revision);
      if (!version) throw notFound('revision', String(revision));
      const files = await loadTree(db, version.tree);
      const description = options.changeDescription ?? `Rolled back to revision ${revision}`;
      if (row.deletedAt === null) return edit(row, options, () => ({ files, description, source: 'rollback' }));
      const project = await cycles.load(row.repositoryId);
      if (await specAt(db, row.repositoryId, row.repositoryPath))
        throw new RatchetError(
          'STATE_CONFLICT',
          `Another change stands at ${row.folder} now. Rename or delete it first.`,
        );
      return make(project, row.repositoryPath, files, { ...options, description, source: 'rollback' });
    },

    /** How the files and the database differ at this moment. Writes nothing. */
    async conflicts(row: SpecRow, actor: Actor): Promise<z.output<typeof SpecConflicts>> {
      const project = await cycles.load(row.repositoryId);
      const [open] = (await openConflictsOf(db, project.id)).filter(({ path }) => path === row.repositoryPath);
      const differences = await cycles.inCycle(project, { actor, trigger: 'manual' }, async ({ cycle }) => {
        const plan = await planCycle(cycle);
        const path = plan.moves.find(({ from }) => from === row.repositoryPath)?.to ?? row.repositoryPath;
        const candidate = plan.candidates.get(path);
        if (!candidate) return [];
        const stored = (tree: unknown) => (tree instanceof Map ? toStored(tree as Tree) : null);
        const remote = candidate.remote instanceof Map ? (candidate.remote as Tree) : null;
        const extra = await plan.look.stash.get([...(remote?.values() ?? [])].map(({ digest }) => digest));
        const sides = { base: stored(candidate.base), filesystem: stored(remote), database: stored(candidate.local) };
        return specDifferences(db, sides, extra);
      });
      return {
        specId: specIdOf(project.name, row.folder),
        conflict: open !== undefined || differences.some(({ conflicting }) => conflicting),
        conflictId: open?.id ?? null,
        differences,
        filesystemModifiedAt: row.filesystemModifiedAt?.toISOString() ?? null,
        dbModifiedAt: row.localModifiedAt?.toISOString() ?? null,
      };
    },

    /** Judges a change as it is here, against what the project's files hold besides it. */
    async validate(row: SpecRow, strict: boolean): Promise<z.output<typeof SpecValidation>> {
      const project = await cycles.load(row.repositoryId);
      const [files, rules] = await Promise.all([loadTree(db, row.tree), rulesOf(project)]);
      const { valid, problems } = validateChange(contentsOf(files), { strict, ...rules });
      return { specId: specIdOf(project.name, row.folder), valid, problems };
    },
  };

  /** What the project's own files say; where they cannot be read now, a change is judged by itself. */
  async function rulesOf(project: RepositoryRow): Promise<ProjectRules | null> {
    try {
      const remote = await context.openRemote(project);
      try {
        const { files } = await remote.list();
        const contents = new Map<string, Uint8Array>();
        for await (const { file, bytes } of remote.read(files.filter(({ path }) => isRuleFile(path))))
          contents.set(file.path, bytes);
        return projectRules(
          files.map(({ path }) => path),
          contents,
        );
      } finally {
        await remote.close();
      }
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      return null;
    }
  }
}

/** The bytes of given texts, by path within the change. Throws VALIDATION_FAILED. */
function bytesOf(
  { proposalContent, tasksContent, designContent, files = {} }: SpecTexts,
  mayBeNone = false,
): Map<string, Uint8Array | null> {
  const texts = new Map<string, string | null>(Object.entries(files));
  for (const [path, text] of [
    ['proposal.md', proposalContent],
    ['tasks.md', tasksContent],
    ['design.md', designContent],
  ] as const)
    if (text !== undefined) texts.set(path, text);
  for (const path of texts.keys()) {
    const wrong = checkPath(path) ?? (isIgnoredPath(path) ? 'files of this name are never synced' : null);
    if (wrong) throw invalid(`files.${path}`, wrong);
  }
  if (texts.size === 0 && !mayBeNone) throw invalid('', 'Nothing is given to change. Send a content, or files.');
  return new Map([...texts].map(([path, text]) => [path, text === null ? null : Buffer.from(text, 'utf8')]));
}

/** A change whose last file goes would be gone without anybody's word, and a file cannot stand where a folder does. */
async function keptAlive(before: SpecFiles, made: Promise<SpecFiles>): Promise<SpecFiles> {
  const after = await made;
  const isChange = (files: SpecFiles) =>
    [...files.keys()].some((path) => /^(?:proposal|tasks|design)\.md$|^specs\/|^\.openspec\.yaml$/.test(path));
  if (isChange(before) && !isChange(after))
    throw invalid('', 'Without any of its files it would be no change any more. Delete the change instead.');
  const names = [...after.keys()].sort();
  const clash = names.find((name) => names.some((other) => other.startsWith(`${name}/`)));
  if (clash) throw invalid(`files.${clash}`, 'stands where a folder of other files is.');
  return after;
}

const invalid = (path: string, message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', path ? `${path}: ${message}` : message, [{ path, message }]);
