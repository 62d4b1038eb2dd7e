import { EndpointError } from '../../problem.ts';
import { knownError, serverMessage, unknownError } from './git-errors.ts';
import type { GitResult } from './run-git.ts';

export type PushAnswer =
  | { readonly status: 'published' }
  | { readonly status: 'moved' }
  | {
      readonly status: 'rejected';
      readonly reason: 'hook_declined' | 'protected_branch' | 'denied';
      readonly message: string;
    };

/** The remote's branch does not stand where the commit's parent does. */
const moved =
  /stale info|non-fast-forward|fetch first|needs force|but expected|cannot lock ref|failed to (update|lock)|incorrect old value|already exists/i;
const readOnly =
  /Permission denied|Read-only file system|insufficient permission|unable to create temporary object directory/i;
const locked = /Unable to create '[^']*\.lock': File exists/i;
const isProtected = /protected|GH006|GH013|TF402455|through (a )?(pull|merge) requests?/i;

/**
 * Reads the outcome of `git push --porcelain` for one branch. Throws EndpointError when the push did not come to an answer;
 * a transient one leaves open whether it arrived. `hidden`: texts that are struck from the server's words.
 */
export function readPush({ code, stdout, stderr }: GitResult, branch: string, hidden: readonly string[]): PushAnswer {
  const answer = stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, refs]) => refs?.endsWith(`:refs/heads/${branch}`));
  if (!answer) return unanswered(code, stderr);
  const [flag, , summary = ''] = answer;
  if (flag !== '!') return { status: 'published' };
  if (summary.startsWith('[remote failure]'))
    throw new EndpointError('unreachable', 'The server did not say whether it took the push.', true);

  const said = serverMessage(stderr, hidden);
  const reason = /\((.*)\)$/.exec(summary)?.[1] ?? summary;
  if (/declined/i.test(reason)) {
    const why = isProtected.test(reason) || isProtected.test(said) ? 'protected_branch' : 'hook_declined';
    return { status: 'rejected', reason: why, message: said || declined[why] };
  }
  if (locked.test(stderr)) throw new EndpointError('busy', 'Someone else holds the lock of the branch.', true);
  if (readOnly.test(stderr))
    return { status: 'rejected', reason: 'denied', message: 'The repository cannot be written.' };
  if (moved.test(reason)) return { status: 'moved' };
  if (/currently checked out/.test(reason))
    return {
      status: 'rejected',
      reason: 'denied',
      message: 'The branch is checked out in the repository. Use a bare one.',
    };
  return { status: 'rejected', reason: 'denied', message: said || 'The server refuses to update the branch.' };
}

const declined = {
  protected_branch: 'The branch is protected. Let changes go through a pull request.',
  hook_declined: 'A hook of the server declined the push and gave no reason.',
} as const;

function unanswered(code: number, stderr: string): PushAnswer {
  const error = knownError(stderr) ?? unknownError('pushing', code);
  if (error.code !== 'denied') throw error;
  return { status: 'rejected', reason: 'denied', message: error.message };
}
