import type { Forge, PullRequest } from './forge.ts';
import type { ForgeAuth, ForgeOptions } from './forge-auth.ts';
import { forgeError, forgeTimeoutMs } from './forge-errors.ts';
import type { ForgePlace } from './forge-place.ts';

const pageSize = 50;
const mostPages = 20;

/** Pull requests on Gitea and Forgejo, over their REST API: neither has a library of its own for Node. */
export function createGiteaForge({ apiUrl, project }: ForgePlace, auth: ForgeAuth, options: ForgeOptions): Forge {
  const base = `${apiUrl}/repos/${project.split('/').map(encodeURIComponent).join('/')}`;
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': options.userAgent };
  if (auth.type === 'token') headers.authorization = `token ${auth.token}`;
  if (auth.type === 'basic')
    headers.authorization = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;

  async function send(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; data: unknown }> {
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(base + path, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(forgeTimeoutMs)]),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw forgeError(
        'The forge',
        null,
        ((error as Error).cause as Error | undefined)?.message ?? String(error),
        error,
      );
    }
    const text = await response.text();
    let data: unknown = null;
    try {
      data = text === '' ? null : JSON.parse(text);
    } catch {
      // An answer that is no JSON is judged by its status.
    }
    return { status: response.status, data };
  }

  async function ask<T>(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
    const { status, data } = await send(method, path, body, signal);
    if (status >= 200 && status < 300) return data as T;
    throw forgeError('The forge', status, saidIn(data));
  }

  async function findOpen(branch: string, target: string, signal?: AbortSignal): Promise<PullRequest | null> {
    for (let page = 1; page <= mostPages; page++) {
      const found = await ask<Data[]>('GET', `/pulls?state=open&limit=${pageSize}&page=${page}`, undefined, signal);
      const match = found.find((each) => each.head.ref === branch && each.base.ref === target);
      if (match) return view(match);
      if (found.length < pageSize) return null;
    }
    return null;
  }

  return {
    type: 'gitea',
    findOpen,
    async get(number, signal) {
      const { status, data } = await send('GET', `/pulls/${number}`, undefined, signal);
      if (status === 404) return null;
      if (status !== 200) throw forgeError('The forge', status, saidIn(data));
      return view(data as Data);
    },
    async create({ branch, base: target, title, body }, signal) {
      const { status, data } = await send('POST', '/pulls', { head: branch, base: target, title, body }, signal);
      if (status === 201) return view(data as Data);
      const found = status === 409 || status === 422 ? await findOpen(branch, target, signal) : null;
      if (found) return found;
      throw forgeError('The forge', status, saidIn(data));
    },
    update: async (number, changes, signal) => view(await ask<Data>('PATCH', `/pulls/${number}`, changes, signal)),
    async close(number, signal) {
      await ask('PATCH', `/pulls/${number}`, { state: 'closed' }, signal);
    },
    async deleteBranch(branch, signal) {
      const { status, data } = await send('DELETE', `/branches/${encodeURIComponent(branch)}`, undefined, signal);
      if (status !== 404 && (status < 200 || status >= 300)) throw forgeError('The forge', status, saidIn(data));
    },
    async test(signal) {
      const found = await ask<{ full_name: string; permissions?: { push?: boolean } }>('GET', '', undefined, signal);
      const ok = found.permissions?.push !== false;
      return {
        ok,
        message: ok
          ? `Pull requests go to ${found.full_name}.`
          : 'The credential may read the repository, and not open pull requests in it.',
      };
    },
  };
}

interface Data {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged?: boolean;
  readonly merge_commit_sha?: string | null;
  readonly merged_commit_id?: string | null;
  readonly title: string;
  readonly body: string | null;
  readonly head: { readonly ref: string; readonly sha: string | null };
  readonly base: { readonly ref: string };
}

const view = (data: Data): PullRequest => ({
  number: data.number,
  url: data.html_url,
  state: data.merged ? 'merged' : data.state === 'open' ? 'open' : 'closed',
  branch: data.head.ref,
  base: data.base.ref,
  title: data.title,
  body: data.body ?? '',
  head: data.head.sha,
  mergeCommit: data.merged ? (data.merge_commit_sha ?? data.merged_commit_id ?? null) : null,
});

const saidIn = (data: unknown): string => {
  const message = (data as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : '';
};
