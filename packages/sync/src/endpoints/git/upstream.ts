import { createHash } from 'node:crypto';
import { EndpointError } from '../../problem.ts';
import { knownError, unknownError } from './git-errors.ts';
import type { Mirror } from './mirror.ts';

/** Where the remote's branch stands. */
export interface Position {
  readonly branch: string;
  /** Commit id; null: the repository has no branch at all. */
  readonly head: string | null;
}

/** The branch of a repository that has none yet and was given none. */
const firstBranch = 'main';

/** Asks the remote where the branch stands; null stands for the branch of its HEAD, else main. One question as a rule. */
export async function askPosition(
  mirror: Mirror,
  branch: string | null,
  signal: AbortSignal | undefined,
): Promise<Position> {
  const wanted = branch === null ? 'HEAD' : `refs/heads/${branch}`;
  const lines = await lsRemote(mirror, branch === null ? ['--symref', 'origin', wanted] : ['origin', wanted], signal);
  const head = lines.find(([id, name]) => name === wanted && id !== undefined && /^[0-9a-f]+$/.test(id))?.[0];
  const symref = lines.find(([id, name]) => name === 'HEAD' && id?.startsWith('ref: refs/heads/'))?.[0];
  const target = symref?.slice('ref: refs/heads/'.length);
  if (head && branch === null && !target)
    throw new EndpointError('misconfigured', "The repository's HEAD is on no branch. Name the branch to use.", false);
  const name = branch ?? target ?? firstBranch;
  if (head) return { branch: name, head };
  const branches = await lsRemote(mirror, ['--heads', 'origin'], signal);
  // An empty repository's HEAD may name another branch than the one that came first.
  const first = branch === null ? branches.find(([, ref]) => ref === `refs/heads/${firstBranch}`)?.[0] : undefined;
  if (first) return { branch: firstBranch, head: first };
  if (branches.length > 0) throw branchGone(branch);
  return { branch: name, head: null };
}

/** Where one branch of the remote stands; null: there is none of that name. */
export async function headOf(mirror: Mirror, branch: string, signal: AbortSignal | undefined): Promise<string | null> {
  const lines = await lsRemote(mirror, ['origin', `refs/heads/${branch}`], signal);
  return lines.find(([, name]) => name === `refs/heads/${branch}`)?.[0] ?? null;
}

async function lsRemote(mirror: Mirror, args: readonly string[], signal: AbortSignal | undefined): Promise<string[][]> {
  const timeoutMs = mirror.timeouts.ask;
  const { code, stdout, stderr } = await mirror.remote({
    args: ['ls-remote', ...args],
    signal,
    timeoutMs,
    gitDir: '/dev/null',
  });
  if (code !== 0) throw knownError(stderr) ?? unknownError('asking for the branch', code);
  const lines = stdout.toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

const branchGone = (branch: string | null): EndpointError =>
  new EndpointError(
    'branch_gone',
    branch === null
      ? "The branch that the repository's HEAD names does not exist. Name the branch to use."
      : `The repository has no branch ${branch}. Create it there, or name another one.`,
    false,
  );

/** The mirror's ref for a branch; it takes fetched and pushed commits alike. */
const upstreamRef = (mirror: Mirror, branch: string): string =>
  `refs/ratchet/upstream/${createHash('sha256').update(`${mirror.access.url.address}\0${branch}`).digest('hex').slice(0, 16)}`;

export const upstreamRefspec = (mirror: Mirror, branch: string): string =>
  `+refs/heads/${branch}:${upstreamRef(mirror, branch)}`;

/**
 * Brings the mirror to where the remote stands, and answers the head it then has. Throws EndpointError `branch_gone` for a
 * repository without branches that the mirror knows with one: that is never an empty listing.
 */
export async function bringUp(
  mirror: Mirror,
  { branch, head }: Position,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  await mirror.ensure(head, signal);
  const ref = upstreamRef(mirror, branch);
  const known = await mirror.stand(ref, signal);
  if (head === null && known !== null) throw branchGone(branch);
  // A mirror that is to be used without a fetch shows that it can be: its ref alone says nothing of that.
  if (head === known && (head === null || (await mirror.resolve(ref, signal)) === head)) return head;
  await mirror.fetch(upstreamRefspec(mirror, branch), signal);
  const fetched = await mirror.stand(ref, signal);
  if (fetched === null) throw mirror.failure('fetching', 'the fetched branch is not there');
  return fetched;
}
