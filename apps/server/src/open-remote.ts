import { isAbsolute, join } from 'node:path';
import type { Credentials, OpenedSecret } from '@ratchet/access/credentials';
import { RatchetError } from '@ratchet/contract/errors';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import { createProjectRemote } from '@ratchet/sync/endpoints/filesystem/project-remote';
import { createGitRemote, type GitAuth } from '@ratchet/sync/endpoints/git/git-remote';
import { parseGitUrl } from '@ratchet/sync/endpoints/git/git-url';
import { createHttpRemote } from '@ratchet/sync/endpoints/http/http-remote';
import { createZipRemote } from '@ratchet/sync/endpoints/zip/zip-remote';
import { EndpointError } from '@ratchet/sync/problem';
import type { Remote } from '@ratchet/sync/remote';
import type { GitHubAppTokens } from './github-app-token.ts';
import { namedForge } from './open-forge.ts';
import type { Outgoing } from './outgoing.ts';
import type { ServerPlaces } from './server-places.ts';

const committer = { name: 'Ratchet', email: 'ratchet@ratchet.invalid' };

export interface RemoteParts {
  /** Mirrors and journals live below it. */
  readonly dataDir: string;
  readonly credentials: Credentials;
  readonly appToken: GitHubAppTokens;
  readonly out: Outgoing;
  readonly places: ServerPlaces;
  /** Whoever stores tasks may have written a repository on this machine, and must not run anything here by it. */
  readonly distrustLocal: boolean;
}

/** Opens the far side of a repository, signed in. */
export function openRemote(parts: RemoteParts): (repository: RepositoryRow) => Promise<Remote> {
  const { dataDir, credentials, appToken, out, places, distrustLocal } = parts;
  return async (repository) => {
    const { id, uri, subPath, branch, isWritable } = repository;
    // Links may lead elsewhere since it was stored, and the configuration may allow less.
    const local = localPath(repository.repositoryType, uri);
    const judged = local === null ? null : places.judge(local);
    if (judged && judged.refusal !== null)
      throw new EndpointError('misconfigured', `The repository’s place on this server ${judged.refusal}`, false);
    if (repository.documentKind === 'openspec_change')
      return createProjectRemote({ root: uri, writable: isWritable, journalDir: join(dataDir, 'journals', id) });
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
        fetch: out.fetch,
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
      distrustLocal,
      outgoing: out.git,
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

/** The path of this machine that a repository stands at; null: it stands elsewhere. */
function localPath(repositoryType: RepositoryRow['repositoryType'], uri: string): string | null {
  if (repositoryType === 'filesystem' || repositoryType === 'zip') return uri;
  if (repositoryType === 'http') return null;
  try {
    return parseGitUrl(uri, true).folder;
  } catch (error) {
    // Git never gets an address that cannot be read.
    if (error instanceof EndpointError) return null;
    throw error;
  }
}

/** Refuses what this server cannot keep in step, before it is stored. */
export function checkPlace(places: ServerPlaces) {
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
    const local = localPath(repositoryType, uri);
    const judged = local === null ? null : places.judge(local);
    if (judged && judged.refusal !== null) refuse('uri', judged.refusal);
    if (repositoryType === 'filesystem' || repositoryType === 'zip') return;
    if (repositoryType === 'http') {
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
