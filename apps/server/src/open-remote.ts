import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Credentials, OpenedSecret } from '@ratchet/access/credentials';
import { RatchetError } from '@ratchet/contract/errors';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import { createGitRemote, type GitAuth } from '@ratchet/sync/endpoints/git/git-remote';
import { createHttpRemote } from '@ratchet/sync/endpoints/http/http-remote';
import { createZipRemote } from '@ratchet/sync/endpoints/zip/zip-remote';
import type { Remote } from '@ratchet/sync/remote';
import type { GitHubAppTokens } from './github-app-token.ts';
import { namedForge } from './open-forge.ts';

const committer = { name: 'Ratchet', email: 'ratchet@ratchet.invalid' };

/** Opens the far side of a repository, signed in. Mirrors and journals live below the data folder. */
export function openRemote(
  dataDir: string,
  credentials: Credentials,
  appToken: GitHubAppTokens,
  /** What asks registries. */
  fetchRegistry: typeof fetch,
): (repository: RepositoryRow) => Promise<Remote> {
  return async (repository) => {
    const { id, uri, subPath, branch, isWritable } = repository;
    if (repository.repositoryType === 'filesystem')
      return createFilesystemRemote({
        root: uri,
        subPath,
        writable: isWritable,
        journalDir: join(dataDir, 'journals', id),
      });
    if (repository.repositoryType === 'zip') return createZipRemote({ path: uri, subPath, writable: isWritable });
    const secret = repository.credentialId ? await credentials.openSecret(repository.credentialId) : null;
    if (repository.repositoryType === 'http')
      return createHttpRemote({
        url: uri,
        headers: secret ? httpHeaders(secret) : {},
        fetch: fetchRegistry,
        writable: isWritable,
        journalDir: join(dataDir, 'journals', id),
      });
    return createGitRemote({
      url: uri,
      branch,
      subPath,
      mirrorDir: join(dataDir, 'mirrors', id),
      auth: !secret
        ? null
        : secret.type === 'github_app'
          ? {
              type: 'token',
              username: 'x-access-token',
              token: await appToken(secret, uri, namedForge(repository.metadata).apiUrl),
            }
          : gitAuth(secret),
      allowFileProtocol: true,
      committer,
    });
  };
}

function gitAuth(secret: OpenedSecret): GitAuth {
  const { type, token = '', username, password = '', headerName = '', privateKey = '', knownHosts } = secret;
  switch (type) {
    case 'token':
      return { type, token, ...(username ? { username } : {}) };
    case 'bearer':
      return { type, token };
    case 'basic':
      return { type, username: username ?? '', password };
    case 'header':
      return { type, name: headerName, value: token };
    case 'ssh_key':
      return { type, privateKey, ...(knownHosts ? { knownHosts } : {}) };
    default:
      throw new RatchetError(
        'VALIDATION_FAILED',
        `A git repository does not sign in with ${type}. Use token, basic, bearer, header, ssh_key or github_app.`,
      );
  }
}

function httpHeaders(secret: OpenedSecret): Record<string, string> {
  const { type, token = '', username = '', password = '', headerName } = secret;
  switch (type) {
    case 'token':
    case 'bearer':
      return { authorization: `Bearer ${token}` };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
    case 'api_key':
      return { [headerName ?? 'x-api-key']: token };
    case 'header':
      return { [headerName ?? 'authorization']: token };
    default:
      throw new RatchetError(
        'VALIDATION_FAILED',
        `A registry over HTTP does not sign in with ${type}. Use token, bearer, basic, api_key or header.`,
      );
  }
}

/** Refuses what this server cannot keep in step, before it is stored. */
export function checkPlace(dataDir: string) {
  return ({
    repositoryType,
    uri,
    branch,
    subPath,
  }: Pick<RepositoryRow, 'repositoryType' | 'uri' | 'branch' | 'subPath'>): void => {
    const refuse = (path: string, message: string) => {
      throw new RatchetError('VALIDATION_FAILED', `${path}: ${message}`, [{ path, message }]);
    };
    if (/[\0\r\n]/.test(uri)) refuse('uri', 'must be one line.');
    if (branch?.startsWith('-') || /[\0\r\n ~^:?*[\\]|\.\.|@\{|\/$/.test(branch ?? ''))
      refuse('branch', 'is not the name of a branch.');
    if (subPath && (isAbsolute(subPath) || subPath.split('/').includes('..')))
      refuse('subPath', 'must be a folder within the repository.');
    if (repositoryType === 'filesystem' || repositoryType === 'zip') {
      const what = repositoryType === 'zip' ? 'zip file' : 'folder';
      if (!isAbsolute(uri)) refuse('uri', `must be the absolute path of a ${what} on the server.`);
      if (isWithin(uri, dataDir) && !isWithin(uri, join(dataDir, 'repositories')))
        refuse('uri', 'lies in the server’s own data folder. Choose another one.');
    } else if (repositoryType === 'http') {
      const url = URL.parse(uri);
      if (!url || !/^https?:$/.test(url.protocol)) refuse('uri', 'must begin with https:// or http://.');
      if (url?.username || url?.password)
        refuse('uri', 'must not hold a password. Send authConfig or name a credential.');
      if (subPath) refuse('subPath', 'is not for registries: name the folder in uri.');
    } else if (uri.startsWith('-') || /^ext::/i.test(uri)) refuse('uri', 'is not an address that git may use here.');
    else if (/^[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(uri))
      refuse('uri', 'must not hold a password. Send authConfig or name a credential.');
  };
}

export function isWithin(path: string, folder: string): boolean {
  const real = (p: string): string => {
    try {
      return realpathSync(p);
    } catch {
      return p;
    }
  };
  return `${real(path)}/`.startsWith(`${real(folder)}/`);
}
