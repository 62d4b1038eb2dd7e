import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hermeticGit } from './git-repository.ts';

/** `refs` is the first question of every command, `fetch` and `push` the transfers. */
type GitHttpStage = 'refs' | 'fetch' | 'push';

type GitHttpFault =
  /** Never answers. */
  | 'stall'
  /** Drops the connection before anything has happened. */
  | 'cut'
  /** Does what was asked and drops the connection instead of answering. */
  | 'cut_answer'
  | { readonly status: number; readonly location?: string };

export interface GitHttpServerOptions {
  /** Folder whose repositories are served. */
  readonly root: string;
  /** Accepted as a bearer token and as the password of any user. */
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly header?: { readonly name: string; readonly value: string };
}

export interface GitHttpServer {
  /** Address of a repository by its name below the root. */
  url(repository: string): string;
  /** Each stage may have one fault, until it is taken away with null. */
  setFault(stage: GitHttpStage, fault: GitHttpFault | null): void;
  readonly requests: readonly {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  close(): Promise<void>;
}

/** Serves git over smart HTTP through git's own `http-backend`, on a free port of 127.0.0.1. */
export async function startGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const faults = new Map<GitHttpStage, GitHttpFault>();
  const requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    requests.push({ method, url, headers });
    if (!mayEnter(options, headers)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end('Authentication is needed.\n');
      return;
    }
    const fault = faults.get(stageOf(url));
    if (fault === 'stall') return;
    if (fault === 'cut') request.socket.destroy();
    else if (typeof fault === 'object')
      response.writeHead(fault.status, fault.location ? { Location: fault.location } : {}).end();
    else runBackend(options.root, request, response, fault === 'cut_answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (repository) => `http://127.0.0.1:${port}/${repository}`,
    setFault: (stage, fault) => {
      if (fault === null) faults.delete(stage);
      else faults.set(stage, fault);
    },
    requests,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const stageOf = (url: string): GitHttpStage =>
  url.endsWith('/git-upload-pack') ? 'fetch' : url.endsWith('/git-receive-pack') ? 'push' : 'refs';

function mayEnter({ token, basic, header }: GitHttpServerOptions, headers: IncomingMessage['headers']): boolean {
  if (token === undefined && !basic && !header) return true;
  if (header && headers[header.name.toLowerCase()] === header.value) return true;
  const [scheme, value = ''] = (headers.authorization ?? '').split(' ');
  if (scheme === 'Bearer') return token !== undefined && value === token;
  if (scheme !== 'Basic') return false;
  const given = Buffer.from(value, 'base64').toString('utf8');
  if (basic && given === `${basic.username}:${basic.password}`) return true;
  return token !== undefined && given.slice(given.indexOf(':') + 1) === token;
}

function runBackend(root: string, request: IncomingMessage, response: ServerResponse, silent: boolean): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const optional = {
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: headers['git-protocol']?.toString(),
  };
  const child = spawn('git', ['http-backend'], {
    cwd: '/',
    env: {
      ...hermeticGit,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'tester',
      SERVER_PROTOCOL: 'HTTP/1.1',
    },
    stdio: 'pipe',
  });
  child.once('error', (error) => response.destroy(error));
  // A backend that refuses a request stops reading it; its answer says why.
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  child.stderr.resume();
  response.once('close', () => child.stdin.destroy());

  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (silent) return;
    if (head === null) {
      if (!response.write(chunk)) {
        child.stdout.pause();
        response.once('drain', () => child.stdout.resume());
      }
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    writeHead(response, head.toString('latin1', 0, end));
    response.write(head.subarray(end + 4));
    head = null;
  });
  child.once('close', () => {
    if (silent) request.socket.destroy();
    else response.end();
  });
}

function writeHead(response: ServerResponse, head: string): void {
  const lines = head
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  const status = lines.find(([name]) => name === 'Status')?.[1] ?? '200';
  const rest = lines.filter(([name]) => name !== 'Status');
  response.writeHead(Number.parseInt(status, 10), Object.fromEntries(rest));
}
