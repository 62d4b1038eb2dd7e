import { checkPath } from '../../paths.ts';
import { EndpointError } from '../../problem.ts';
import type { Person } from '../../remote.ts';
import { checkAuth, type GitAuth } from './git-auth.ts';
import type { GitOutgoing } from './git-outgoing.ts';
import { checkBranch, type GitUrl, parseGitUrl } from './git-url.ts';
import type { GitTimeouts } from './mirror.ts';

export interface GitRemoteOptions {
  /** `https://`, `http://`, `ssh://`, `git://`, `user@host:path`, or a folder of this machine where that is allowed. */
  readonly url: string;
  /** null: the branch of the remote's HEAD, `main` when the repository is empty. */
  readonly branch: string | null;
  /** Folder within the repository that is the endpoint's root; null: the whole repository. */
  readonly subPath: string | null;
  /** A folder that this endpoint alone uses. It is made on demand and holds nothing that cannot be fetched again. */
  readonly mirrorDir: string;
  readonly auth: GitAuth | null;
  readonly allowFileProtocol: boolean;
  /**
   * Runs nothing that a repository on this machine says of itself: no hooks, no commands of its configuration. For where
   * somebody may have written it who must not run anything here.
   */
  readonly distrustLocal?: boolean;
  /** The way to other machines, where it is not just any. */
  readonly outgoing?: GitOutgoing;
  /** Who commits; the author comes with each write. */
  readonly committer: Person;
  /** Milliseconds; left out: one minute to ask, half an hour to transfer, ten minutes on the mirror alone. */
  readonly timeouts?: Partial<GitTimeouts>;
}

/** Checks options, and answers the address taken apart and the sub-path cleaned. Throws EndpointError `misconfigured`. */
export function checkOptions(options: GitRemoteOptions): { url: GitUrl; subPath: string | null } {
  const url = parseGitUrl(options.url, options.allowFileProtocol);
  const wrong =
    checkAuth(options.auth, url.transport) ?? (options.branch === null ? null : checkBranch(options.branch));
  if (wrong) throw new EndpointError('misconfigured', wrong, false);
  const subPath = (options.subPath ?? '').replace(/^(\.?\/+)+|\/+$/g, '');
  if (subPath === '' || subPath === '.') return { url, subPath: null };
  const badPath = checkPath(subPath);
  if (badPath) throw new EndpointError('misconfigured', `The sub-path cannot be used: ${badPath}.`, false);
  return { url, subPath };
}
