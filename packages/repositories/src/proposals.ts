import { newId } from '@ratchet/store/id';
import { markPushesAt } from '@ratchet/store/queries/pending-pushes';
import {
  insertPullRequest,
  livingPullRequest,
  type PullRequestRow,
  updatePullRequest,
} from '@ratchet/store/queries/pull-requests';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { CycleContext } from '@ratchet/sync/cycle';
import type { Forge, PullRequest } from '@ratchet/sync/forges/forge';
import { pullRequestText } from '@ratchet/sync/forges/pull-request-text';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { EndpointError } from '@ratchet/sync/problem';
import { type ProposedTarget, type ProposeOptions, type ProposeReport, propose } from '@ratchet/sync/propose';
import type { PushOutcome } from '@ratchet/sync/push-targets';
import type { RepositoriesContext } from './context.ts';
import { fromStored, toStored } from './trees.ts';

type Cycle = CycleContext<TaskFields>;
type Options = Omit<ProposeOptions<TaskFields>, 'branch' | 'known' | 'record'> & { readonly by: string };

export interface Proposal {
  readonly outcomes: readonly PushOutcome[];
  readonly problems: ProposeReport<TaskFields>['problems'];
  /** The pull request that the documents wait in; null where the forge has none. */
  readonly url: string | null;
}

/**
 * Changes that go through a pull request: one branch of ours at a time for a repository, which further pushes go to until
 * it is merged or closed, and which is never used again after that. Every call needs the repository's lease.
 */
export function proposals(context: RepositoriesContext) {
  const { database } = context;

  /** Sends local changes to our branch and opens or updates its pull request. */
  async function push(cycle: Cycle, repository: RepositoryRow, options: Options): Promise<Proposal> {
    const { branches } = cycle.remote;
    if (!branches)
      throw new EndpointError('misconfigured', 'Only git repositories take feature branches: use direct.', false);
    await follow(cycle, repository);
    let row = await livingPullRequest(database.db, repository.id);
    const base = await branches.followed(cycle.signal);
    const branch = row?.branch ?? `ratchet/${base}/${newId().slice(-8)}`;
    const only =
      options.only && row ? new Set([...options.only, ...row.documents.map(({ path }) => path)]) : options.only;
    const report = await propose(cycle, {
      ...options,
      ...(only ? { only } : {}),
      branch,
      known: row ? [row.commit, row.previousCommit, ...(row.status === 'opening' ? [null] : [])] : [null],
      record: async (commit, documents) => {
        const stored = documents.map(proposed);
        row = row
          ? await updatePullRequest(database.db, row.id, { commit, previousCommit: row.commit, documents: stored })
          : await insertPullRequest(database.db, {
              id: newId(),
              repositoryId: repository.id,
              status: 'opening',
              branch,
              baseBranch: base,
              title: textFor(repository, branch, base, stored).title,
              commit,
              documents: stored,
              createdBy: options.by,
            });
      },
    });
    if (report.commit === null || !row) return { outcomes: report.outcomes, problems: report.problems, url: null };
    const opened = await open(cycle, repository, row);
    const message =
      opened.error === null
        ? `Waits in ${opened.url ?? `branch ${branch}`} to be merged.`
        : `Branch ${branch} was pushed, but it has no pull request: ${opened.error}`;
    await markPushesAt(
      database.db,
      repository.id,
      opened.documents.map(({ path }) => path),
      opened.error === null ? 'in_progress' : 'failed',
      message,
    );
    const outcomes = report.outcomes.map((outcome) =>
      outcome.error === null && opened.error !== null
        ? { ...outcome, error: { code: 'PUSH_REJECTED' as const, message } }
        : outcome,
    );
    return { outcomes, problems: report.problems, url: opened.url };
  }

  /** Opens the pull request of a branch that was sent, or brings its text up to date. */
  async function open(cycle: Cycle, repository: RepositoryRow, row: PullRequestRow): Promise<PullRequestRow> {
    const { branch, baseBranch, number } = row;
    const text = textFor(repository, branch, baseBranch, row.documents);
    try {
      const forge = await context.openForge(repository);
      if (!forge)
        return await updatePullRequest(database.db, row.id, { status: 'open', title: text.title, error: null });
      const found = await onForge(forge, { number, branch, base: baseBranch, ...text }, cycle.signal);
      return await updatePullRequest(database.db, row.id, {
        status: 'open',
        title: text.title,
        number: found.number,
        url: found.url,
        error: null,
      });
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      return updatePullRequest(database.db, row.id, { error: error.message });
    }
  }

  /** Learns what became of the pull request. What was merged becomes the base, as if it had been pushed. */
  async function follow(cycle: Cycle, repository: RepositoryRow): Promise<void> {
    const row = await livingPullRequest(database.db, repository.id);
    const { branches } = cycle.remote;
    if (!row || !branches) return;
    if (row.status === 'opening') {
      const standing = await branches.head(row.branch, cycle.signal);
      if (standing === null && !(await arrived(cycle, row))) {
        await updatePullRequest(database.db, row.id, { status: 'closed', error: 'Its branch was never sent.' });
        return;
      }
      if (standing === row.commit) {
        await open(cycle, repository, row);
        return;
      }
    }
    const state = await stateOf(cycle, repository, row);
    if (state === 'open') return;
    if (state === 'merged') {
      const documents = row.documents.map(({ path, revision, tree }) => ({
        path,
        revision,
        tree: tree ? fromStored(tree) : null,
      }));
      const intent = await cycle.replica.recordIntent({ token: row.commit ?? '', baseHead: null, documents });
      await cycle.replica.confirmIntent(intent, new Map(), row.commit);
    } else
      await markPushesAt(
        database.db,
        repository.id,
        row.documents.map(({ path }) => path),
        'failed',
        `${row.url ?? `Branch ${row.branch}`} was closed without being merged. Push again, or roll the task back.`,
      );
    await updatePullRequest(database.db, row.id, { status: state, error: null });
    await tidy(cycle, repository, row);
  }

  async function stateOf(cycle: Cycle, repository: RepositoryRow, row: PullRequestRow): Promise<PullRequest['state']> {
    if (await arrived(cycle, row)) return 'merged';
    if (row.number === null) {
      const standing = await cycle.remote.branches?.head(row.branch, cycle.signal);
      return standing === null ? 'closed' : 'open';
    }
    try {
      const forge = await context.openForge(repository);
      const found = forge ? await forge.get(row.number, cycle.signal) : null;
      return found?.state ?? 'open';
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      await updatePullRequest(database.db, row.id, { error: error.message });
      return 'open';
    }
  }

  const arrived = async (cycle: Cycle, row: PullRequestRow): Promise<boolean> =>
    row.commit !== null && (await cycle.remote.outcome(row.commit, cycle.signal)) === 'published';

  /** Removes our branch, as long as nobody put anything on it. */
  async function tidy(cycle: Cycle, repository: RepositoryRow, row: PullRequestRow): Promise<void> {
    try {
      if (row.commit && (await cycle.remote.branches?.head(row.branch, cycle.signal)) === row.commit)
        await cycle.remote.branches?.remove(row.branch, row.commit, cycle.signal);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      context.log('warn', 'A merged branch could not be removed.', { repository: repository.name, branch: row.branch });
    }
  }

  return { push, follow };
}

async function onForge(
  forge: Forge,
  draft: { number: number | null; branch: string; base: string; title: string; body: string },
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  const { number, title, body } = draft;
  if (number !== null) return forge.update(number, { title, body }, signal);
  const found = await forge.findOpen(draft.branch, draft.base, signal);
  return found ? forge.update(found.number, { title, body }, signal) : forge.create(draft, signal);
}

const textFor = (repository: RepositoryRow, branch: string, base: string, documents: PullRequestRow['documents']) =>
  pullRequestText({
    template: repository.pushPolicy.prTemplate,
    branch,
    base,
    tasks: documents.map(({ name, path, change }) => ({ name, path, change })),
  });

const proposed = ({ path, id, revision, change, fields, tree }: ProposedTarget<TaskFields>) => ({
  path,
  taskId: id,
  name: fields?.name ?? path,
  change,
  revision,
  tree: tree ? toStored(tree) : null,
});
