import { fullRights, mayAtRepository, type Rights } from '@ratchet/contract/access';
import type { Spec, SpecSync, SpecSyncState, SpecVersion } from '@ratchet/contract/entities/spec';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import { allRepositories } from '@ratchet/store/queries/repositories';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import {
  pageOfSpecSyncs,
  pageOfSpecs,
  pageOfSpecVersions,
  projectNames,
  specCounts,
  specsReferred,
  specVersion,
} from '@ratchet/store/queries/specs';
import type * as z from 'zod';
import { showSpecs, showVersions, specIdOf, syncView } from './spec-view.ts';
import type { SpecsContext } from './specs-context.ts';

export type SpecReader = ReturnType<typeof specReader>;

/** Reading of changes: by `<project>/<folder>`, by the folder alone while it is unique, or by the document's id. */
export function specReader({ database }: Pick<SpecsContext, 'database'>, watching: () => boolean) {
  const { db } = database;

  /** A living change; with `deleted` one that was deleted too, where none lives. */
  async function find(reference: string, reader: Rights = fullRights, deleted = false): Promise<SpecRow> {
    const rows = await specsReferred(db, reference, reader);
    const exact = rows.find((row) => row.id === reference.toLowerCase());
    const living = rows.filter((row) => row.deletedAt === null);
    if (exact && (deleted || exact.deletedAt === null)) return exact;
    const [first, second] = living;
    if (first && second) throw await ambiguous(reference, living);
    const found = first ?? (deleted ? rows[0] : undefined);
    if (!found) throw notFound('spec', reference);
    return found;
  }

  async function ambiguous(reference: string, rows: readonly SpecRow[]): Promise<RatchetError> {
    const projects = await projectNames(
      db,
      rows.map((row) => row.repositoryId),
    );
    const candidates = rows.map((row) => ({
      specId: specIdOf(projects.get(row.repositoryId)?.name ?? '', row.folder),
      documentId: row.id,
      archived: row.archived,
    }));
    const named = [...new Set(candidates.map(({ specId }) => specId))];
    const said = named.length > 1 ? named.join(', ') : `the documentIds ${rows.map(({ id }) => id).join(', ')}`;
    return new RatchetError(
      'STATE_CONFLICT',
      `Several changes are called ${JSON.stringify(reference)}. Say which: ${said}.`,
      {
        candidates,
      },
    );
  }

  const show = async (row: SpecRow): Promise<Spec> => (await showSpecs(db, [row]))[0] as Spec;

  return {
    find,
    show,
    get: async (reference: string, reader?: Rights): Promise<Spec> => show(await find(reference, reader)),

    async checkRevision(reference: string, expected: number, reader?: Rights): Promise<void> {
      checkRevision(await find(reference, reader, true), expected);
    },

    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<Spec>> {
      const page = await pageOfSpecs(db, fields, request, reader);
      return { items: await showSpecs(db, page.items), meta: page.meta };
    },

    async versions(
      reference: string,
      fields: ListFields,
      request: ListRequest,
      reader?: Rights,
    ): Promise<Page<SpecVersion>> {
      const page = await pageOfSpecVersions(db, fields, request, (await find(reference, reader, true)).id);
      return { items: await showVersions(db, page.items), meta: page.meta };
    },

    async version(reference: string, revision: number, reader?: Rights): Promise<SpecVersion> {
      const row = await specVersion(db, (await find(reference, reader, true)).id, revision);
      if (!row) throw notFound('revision', String(revision));
      return (await showVersions(db, [row]))[0] as SpecVersion;
    },

    async syncHistory(
      reference: string,
      fields: ListFields,
      request: ListRequest,
      reader?: Rights,
    ): Promise<Page<SpecSync>> {
      const row = await find(reference, reader, true);
      const project = (await projectNames(db, [row.repositoryId])).get(row.repositoryId);
      const page = await pageOfSpecSyncs(db, fields, request, row.id);
      const specId = specIdOf(project?.name ?? '', row.folder);
      return { items: page.items.map((one) => syncView(one, specId)), meta: page.meta };
    },

    /** How far changes are in step: of one project, or of all that the reader may see. */
    async status(projectId: string | undefined, reader: Rights = fullRights): Promise<z.output<typeof SpecSyncState>> {
      const projects = (await allRepositories(db, 'openspec_change')).filter(
        ({ id }) => (projectId === undefined || id === projectId) && mayAtRepository(reader, 'read', id),
      );
      if (projectId !== undefined && projects.length === 0) throw notFound('project', projectId);
      const counts = await specCounts(
        db,
        projects.map(({ id }) => id),
      );
      const sum = (of: (one: ReturnType<typeof counts>) => number) =>
        projects.reduce((total, { id }) => total + of(counts(id)), 0);
      const times = projects.flatMap(({ lastSyncAt }) => lastSyncAt?.getTime() ?? []);
      return {
        projects: projects.length,
        specs: sum((one) => one.open + one.archived),
        synced: sum((one) => one.synced),
        modified: sum((one) => one.modified),
        conflicts: sum((one) => one.conflict),
        errors: sum((one) => one.error) + projects.filter(({ syncError }) => syncError !== null).length,
        watching: watching(),
        lastSyncAt: times.length > 0 ? new Date(Math.max(...times)).toISOString() : null,
      };
    },
  };
}

export function checkRevision(row: SpecRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `The change ${row.folder} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}
