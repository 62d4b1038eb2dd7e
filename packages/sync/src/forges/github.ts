import { Octokit } from 'octokit';
import type { Forge, PullRequest } from './forge.ts';
import type { ForgeAuth, ForgeOptions } from './forge-auth.ts';
import { forgeError, forgeTimeoutMs } from './forge-errors.ts';
import type { ForgePlace } from './forge-place.ts';

/** Pull requests on GitHub, or on a GitHub Enterprise Server. */
export function createGitHubForge({ apiUrl, project }: ForgePlace, auth: ForgeAuth, options: ForgeOptions): Forge {
  const [owner = '', repo = ''] = project.split('/');
  const octokit = new Octokit({
    baseUrl: apiUrl,
    userAgent: options.userAgent,
    ...(auth.type === 'token' ? { auth: auth.token } : {}),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { ...(options.fetch ? { fetch: options.fetch } : {}) },
    // Waits that a server asks for are long; the caller tries again with a backoff of its own.
    throttle: { enabled: false },
    retry: { retries: options.retries ?? 2 },
  });
  octokit.hook.before('request', (request) => {
    request.headers.accept = 'application/json';
    if (auth.type === 'basic')
      request.headers.authorization = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  });
  const within = (signal: AbortSignal | undefined) => ({
    request: { signal: AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(forgeTimeoutMs)]) },
  });
  const place = { owner, repo };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translated(error);
    }
  };

  const findOpen: Forge['findOpen'] = (branch, base, signal) =>
    guarded(async () => {
      const found = await octokit.rest.pulls.list({
        ...place,
        ...within(signal),
        state: 'open',
        head: `${owner}:${branch}`,
        base,
        per_page: 1,
      });
      return found.data[0] ? view(found.data[0]) : null;
    });

  return {
    type: 'github',
    findOpen,
    async get(number, signal) {
      try {
        const { data } = await octokit.rest.pulls.get({ ...place, ...within(signal), pull_number: number });
        return view(data);
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw translated(error);
      }
    },
    async create({ branch, base, title, body }, signal) {
      try {
        const { data } = await octokit.rest.pulls.create({
          ...place,
          ...within(signal),
          head: branch,
          base,
          title,
          body,
        });
        return view(data);
      } catch (error) {
        // One may have been made by a try whose answer was lost.
        const found = statusOf(error) === 422 ? await findOpen(branch, base, signal) : null;
        if (found) return found;
        throw translated(error);
      }
    },
    update: (number, changes, signal) =>
      guarded(async () => {
        const { data } = await octokit.rest.pulls.update({
          ...place,
          ...within(signal),
          pull_number: number,
          ...changes,
        });
        return view(data);
      }),
    close: (number, signal) =>
      guarded(async () => {
        await octokit.rest.pulls.update({ ...place, ...within(signal), pull_number: number, state: 'closed' });
      }),
    async deleteBranch(branch, signal) {
      try {
        await octokit.rest.git.deleteRef({ ...place, ...within(signal), ref: `heads/${branch}` });
      } catch (error) {
        const status = statusOf(error);
        if (status !== 404 && status !== 422) throw translated(error);
      }
    },
    async test(signal) {
      const { data } = await guarded(() => octokit.rest.repos.get({ ...place, ...within(signal) }));
      const ok = data.permissions?.push !== false;
      return {
        ok,
        message: ok
          ? `Pull requests go to ${data.full_name}.`
          : 'The credential may read the repository, and not open pull requests in it.',
      };
    },
  };
}

interface Data {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged_at?: string | null;
  readonly merge_commit_sha?: string | null;
  readonly title: string;
  readonly body?: string | null;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string };
}

function view(data: Data): PullRequest {
  const merged = data.merged_at !== null && data.merged_at !== undefined;
  return {
    number: data.number,
    url: data.html_url,
    state: merged ? 'merged' : data.state === 'open' ? 'open' : 'closed',
    branch: data.head.ref,
    base: data.base.ref,
    title: data.title,
    body: data.body ?? '',
    head: data.head.sha,
    mergeCommit: merged ? (data.merge_commit_sha ?? null) : null,
  };
}

const statusOf = (error: unknown): number | null => {
  const { status, response } = error as { status?: unknown; response?: unknown };
  return typeof status === 'number' && response !== undefined ? status : null;
};

function translated(error: unknown): Error {
  if ((error as Error | null)?.name === 'AbortError') return error as Error;
  const { response, message } = error as {
    response?: { data?: unknown; headers?: Record<string, unknown> };
    message?: string;
  };
  const status = statusOf(error);
  const data = response?.data as { message?: string; errors?: { message?: string }[] } | string | undefined;
  const said =
    data && typeof data === 'object'
      ? [data.message, ...(data.errors ?? []).map((each) => each?.message)].filter(Boolean).join(' ')
      : '';
  const limited = status === 403 && (response?.headers?.['x-ratelimit-remaining'] === '0' || /rate limit/i.test(said));
  return forgeError('GitHub', limited ? 429 : status, status === null ? (message ?? '') : said, error);
}
