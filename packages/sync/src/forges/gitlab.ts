import { Gitlab } from '@gitbeaker/rest';
import type { Forge, PullRequest } from './forge.ts';
import type { ForgeAuth, ForgeOptions } from './forge-auth.ts';
import { forgeError, forgeTimeoutMs } from './forge-errors.ts';
import type { ForgePlace } from './forge-place.ts';
import { gitLabRequester } from './gitlab-requester.ts';

/** Merge requests on GitLab. */
export function createGitLabForge({ apiUrl, project }: ForgePlace, auth: ForgeAuth, options: ForgeOptions): Forge {
  const token = auth.type === 'token' ? auth.token : auth.type === 'basic' ? auth.password : '';
  const requesterFn = gitLabRequester(options.fetch ?? fetch, forgeTimeoutMs);
  const api = new Gitlab({ host: apiUrl, token, requesterFn } as ConstructorParameters<typeof Gitlab>[0]);

  /** The library takes no signal: an answer that comes after the abort is dropped. */
  async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const gone = Promise.withResolvers<never>();
    const abort = () => gone.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([work(), gone.promise]);
    } catch (error) {
      throw signal?.aborted ? error : translated(error);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  const findOpen: Forge['findOpen'] = (branch, base, signal) =>
    guarded(signal, async () => {
      const found = await api.MergeRequests.all({
        projectId: project,
        state: 'opened',
        sourceBranch: branch,
        targetBranch: base,
        perPage: 1,
        maxPages: 1,
      });
      return found[0] ? view(found[0] as unknown as Data) : null;
    });

  return {
    type: 'gitlab',
    findOpen,
    async get(number, signal) {
      try {
        return await guarded(signal, async () =>
          view((await api.MergeRequests.show(project, number)) as unknown as Data),
        );
      } catch (error) {
        if ((error as { code?: string }).code === 'not_found') return null;
        throw error;
      }
    },
    async create({ branch, base, title, body }, signal) {
      try {
        return await guarded(signal, async () =>
          view(
            (await api.MergeRequests.create(project, branch, base, title, {
              description: body,
              removeSourceBranch: true,
            })) as unknown as Data,
          ),
        );
      } catch (error) {
        const found = isTaken(error) ? await findOpen(branch, base, signal) : null;
        if (found) return found;
        throw error;
      }
    },
    update: (number, { title, body }, signal) =>
      guarded(signal, async () =>
        view(
          (await api.MergeRequests.edit(project, number, {
            ...(title === undefined ? {} : { title }),
            ...(body === undefined ? {} : { description: body }),
          })) as unknown as Data,
        ),
      ),
    close: (number, signal) =>
      guarded(signal, async () => {
        await api.MergeRequests.edit(project, number, { stateEvent: 'close' });
      }),
    async deleteBranch(branch, signal) {
      try {
        await guarded(signal, () => api.Branches.remove(project, branch));
      } catch (error) {
        if ((error as { code?: string }).code !== 'not_found') throw error;
      }
    },
    async test(signal) {
      const found = (await guarded(signal, () => api.Projects.show(project))) as unknown as Project;
      const level = Math.max(
        found.permissions?.project_access?.access_level ?? 0,
        found.permissions?.group_access?.access_level ?? 0,
      );
      // 30 is the developer's level, from which on branches can be pushed; a token of a project shows none.
      const ok = found.permissions === undefined || level === 0 || level >= 30;
      return {
        ok,
        message: ok
          ? `Merge requests go to ${found.path_with_namespace}.`
          : 'The credential may read the project, and not open merge requests in it.',
      };
    },
  };
}

interface Data {
  readonly iid: number;
  readonly web_url: string;
  readonly state: string;
  readonly source_branch: string;
  readonly target_branch: string;
  readonly title: string;
  readonly description: string | null;
  readonly sha: string | null;
  readonly merge_commit_sha: string | null;
  readonly squash_commit_sha?: string | null;
}

interface Project {
  readonly path_with_namespace: string;
  readonly permissions?: {
    readonly project_access: { readonly access_level: number } | null;
    readonly group_access: { readonly access_level: number } | null;
  };
}

const view = (data: Data): PullRequest => ({
  number: data.iid,
  url: data.web_url,
  state: data.state === 'merged' ? 'merged' : data.state === 'closed' ? 'closed' : 'open',
  branch: data.source_branch,
  base: data.target_branch,
  title: data.title,
  body: data.description ?? '',
  head: data.sha,
  mergeCommit: data.state === 'merged' ? (data.merge_commit_sha ?? data.squash_commit_sha ?? null) : null,
});

interface Failure {
  readonly message?: string;
  readonly cause?: { readonly description?: unknown; readonly response?: { readonly status?: number } };
}

const isTaken = (error: unknown): boolean => {
  const status = ((error as Error).cause as Failure | undefined)?.cause?.response?.status;
  return status === 409 || status === 422;
};

function translated(error: unknown): Error {
  const { message = '', cause } = error as Failure;
  const status = cause?.response?.status ?? null;
  const said = typeof cause?.description === 'string' ? cause.description : message;
  return forgeError('GitLab', status, said, error);
}
