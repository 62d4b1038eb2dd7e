import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ForgeType } from '@ratchet/sync/forges/forge-place';

/** What the server lets in. */
export const forgeToken = 'a-good-token';

interface Pull {
  number: number;
  branch: string;
  base: string;
  title: string;
  body: string;
  state: 'open' | 'closed' | 'merged';
}

export interface ForgeServer {
  readonly url: string;
  readonly pulls: Pull[];
  readonly branches: Set<string>;
  /** Whether a branch must be among them to be proposed. */
  checksBranches: boolean;
  /** What was asked, as `METHOD path`. */
  readonly asked: string[];
  /** The next answers are these statuses, whatever is asked. */
  readonly failures: number[];
  /** Answers of GitHub's own documentation, which ours are made of. */
  examples: { pull: object; listed: object; repository: object };
  close(): Promise<void>;
}

type Reply = readonly [status: number, body?: unknown];

/** The pull requests of one repository as each forge's REST documentation describes them, over real HTTP. */
export async function forgeServer(type: ForgeType): Promise<ForgeServer> {
  const state: ForgeServer = {
    url: '',
    pulls: [],
    branches: new Set(['main', 'ratchet/main/1', 'ratchet/main/2']),
    checksBranches: true,
    asked: [],
    failures: [],
    examples: { pull: {}, listed: {}, repository: {} },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer(async (request, response) => {
    state.asked.push(`${request.method} ${request.url}`);
    const failure = state.failures.shift();
    if (failure !== undefined) return send(response, [failure, { ...refusal, message: 'It failed.' }]);
    send(response, await answers[type](request, state));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function send(response: ServerResponse, [status, body]: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

interface Words {
  /** What carries the token, and how. */
  readonly signedIn: (request: IncomingMessage) => boolean;
  /** The repository's address below the server. */
  readonly root: string;
  readonly pulls: string;
  readonly patch: string;
  readonly taken: number;
  readonly branches: (name: string) => string;
  readonly draft: (body: Record<string, string>) => Pick<Pull, 'branch' | 'base' | 'title' | 'body'>;
  readonly change: (pull: Pull, body: Record<string, string>) => void;
  readonly wanted: (query: URLSearchParams, pull: Pull) => boolean;
  readonly pull: (pull: Pull, state: ForgeServer, listed?: boolean) => unknown;
  readonly repository: (state: ForgeServer) => unknown;
}

/** What GitHub says with every refusal. */
const refusal = { documentation_url: 'https://docs.github.com/rest' };
const commit = '0123456789abcdef0123456789abcdef01234567';

const answerer =
  (words: Words) =>
  async (request: IncomingMessage, state: ForgeServer): Promise<Reply> => {
    const url = new URL(request.url ?? '/', 'http://forge');
    if (!words.signedIn(request)) return [401, { ...refusal, message: 'Bad credentials' }];
    const path = decodeURIComponent(url.pathname);
    if (!path.startsWith(words.root)) return [404, { ...refusal, message: 'Not Found' }];
    const inner = path.slice(words.root.length);
    const body = await bodyOf(request);
    const found = /^\/\w+\/(\d+)$/.exec(inner);
    const pull = found && state.pulls.find(({ number }) => number === Number(found[1]));
    if (inner === '' && request.method === 'GET') return [200, words.repository(state)];
    if (inner === words.pulls && request.method === 'GET')
      return [
        200,
        state.pulls.filter((each) => words.wanted(url.searchParams, each)).map((each) => words.pull(each, state, true)),
      ];
    if (inner === words.pulls && request.method === 'POST') {
      const draft = words.draft(body);
      if (state.pulls.some((each) => each.state === 'open' && each.branch === draft.branch))
        return [words.taken, { ...refusal, message: 'Another open pull request exists for this branch.' }];
      if (state.checksBranches && !state.branches.has(draft.branch))
        return [422, { ...refusal, message: 'Validation Failed' }];
      const made: Pull = { number: state.pulls.length + 1, state: 'open', ...draft };
      state.pulls.push(made);
      return [201, words.pull(made, state)];
    }
    if (found && !pull) return [404, { ...refusal, message: 'Not Found' }];
    if (pull && request.method === 'GET') return [200, words.pull(pull, state)];
    if (pull && request.method === words.patch) {
      words.change(pull, body);
      return [200, words.pull(pull, state)];
    }
    const branch = [...state.branches].find((name) => inner === words.branches(name));
    if (request.method === 'DELETE' && branch) {
      state.branches.delete(branch);
      return [204];
    }
    return [404, { ...refusal, message: 'Not Found' }];
  };

const patched = (pull: Pull, { title, body, description, state, state_event }: Record<string, string>): void => {
  if (title !== undefined) pull.title = title;
  if ((body ?? description) !== undefined) pull.body = (body ?? description) as string;
  if (state === 'closed' || state_event === 'close') pull.state = 'closed';
};

const answers = {
  github: answerer({
    signedIn: (request) => request.headers.authorization === `token ${forgeToken}`,
    root: '/repos/una/tasks',
    pulls: '/pulls',
    patch: 'PATCH',
    taken: 422,
    branches: (name) => `/git/refs/heads/${name}`,
    draft: ({ head = '', base = '', title = '', body = '' }) => ({ branch: head, base, title, body }),
    change: patched,
    wanted: (query, pull) =>
      pull.state === query.get('state') &&
      query.get('head') === `una:${pull.branch}` &&
      query.get('base') === pull.base,
    pull: (pull, { examples }, listed) => {
      const example = (listed ? examples.listed : examples.pull) as { head: object; base: object };
      return {
        ...example,
        number: pull.number,
        html_url: `https://github.example.org/una/tasks/pull/${pull.number}`,
        state: pull.state === 'open' ? 'open' : 'closed',
        merged_at: pull.state === 'merged' ? '2026-01-01T00:00:00Z' : null,
        requested_teams: [],
        ...(listed ? {} : { merged: pull.state === 'merged' }),
        merge_commit_sha: commit,
        title: pull.title,
        body: pull.body,
        head: { ...example.head, ref: pull.branch, sha: commit },
        base: { ...example.base, ref: pull.base },
      };
    },
    repository: ({ examples }) => {
      // GitHub's own example lacks a member that its document requires.
      const example = examples.repository as { source?: object; parent?: object };
      return {
        ...example,
        full_name: 'una/tasks',
        language: null,
        permissions: { admin: false, push: true, pull: true },
        source: { ...example.source, language: null },
        parent: { ...example.parent, language: null },
      };
    },
  }),
  gitlab: answerer({
    signedIn: (request) => request.headers['private-token'] === forgeToken,
    root: '/api/v4/projects/team/sub/tasks',
    pulls: '/merge_requests',
    patch: 'PUT',
    taken: 409,
    branches: (name) => `/repository/branches/${name}`,
    draft: ({ source_branch = '', target_branch = '', title = '', description = '' }) => ({
      branch: source_branch,
      base: target_branch,
      title,
      body: description,
    }),
    change: patched,
    wanted: (query, pull) =>
      pull.state === 'open' &&
      query.get('state') === 'opened' &&
      query.get('source_branch') === pull.branch &&
      query.get('target_branch') === pull.base,
    pull: (pull) => ({
      id: 9000 + pull.number,
      iid: pull.number,
      web_url: `https://gitlab.example.org/team/sub/tasks/-/merge_requests/${pull.number}`,
      state: pull.state === 'open' ? 'opened' : pull.state,
      source_branch: pull.branch,
      target_branch: pull.base,
      title: pull.title,
      description: pull.body,
      sha: commit,
      merge_commit_sha: pull.state === 'merged' ? commit : null,
    }),
    repository: () => ({
      path_with_namespace: 'team/sub/tasks',
      permissions: { project_access: { access_level: 40 }, group_access: null },
    }),
  }),
  gitea: answerer({
    signedIn: (request) => request.headers.authorization === `token ${forgeToken}`,
    root: '/api/v1/repos/una/tasks',
    pulls: '/pulls',
    patch: 'PATCH',
    taken: 409,
    branches: (name) => `/branches/${name}`,
    draft: ({ head = '', base = '', title = '', body = '' }) => ({ branch: head, base, title, body }),
    change: patched,
    wanted: (query, pull) => pull.state === query.get('state') && query.get('page') === '1',
    pull: (pull) => ({
      number: pull.number,
      html_url: `https://gitea.example.org/una/tasks/pulls/${pull.number}`,
      state: pull.state === 'open' ? 'open' : 'closed',
      merged: pull.state === 'merged',
      merge_commit_sha: pull.state === 'merged' ? commit : null,
      title: pull.title,
      body: pull.body,
      head: { ref: pull.branch, sha: commit },
      base: { ref: pull.base },
    }),
    repository: () => ({ full_name: 'una/tasks', permissions: { push: true } }),
  }),
} as const;
