import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { EndpointError, type EndpointErrorCode } from '../../problem.ts';
import type { ConnectionReport } from '../../remote.ts';
import { knownError } from './git-errors.ts';
import type { Mirror } from './mirror.ts';
import { askPosition, type Position } from './upstream.ts';

/** How far a question got that ended in an error of this kind. */
const reached: Readonly<Record<EndpointErrorCode, Pick<ConnectionReport, 'reachable' | 'authenticated' | 'readable'>>> =
  {
    unreachable: { reachable: false, authenticated: false, readable: false },
    misconfigured: { reachable: false, authenticated: false, readable: false },
    busy: { reachable: true, authenticated: false, readable: false },
    unauthenticated: { reachable: true, authenticated: false, readable: false },
    not_found: { reachable: true, authenticated: false, readable: false },
    denied: { reachable: true, authenticated: true, readable: false },
    root_gone: { reachable: true, authenticated: true, readable: true },
    branch_gone: { reachable: true, authenticated: true, readable: true },
  };

/** Stands for a commit in a push that is only tried: nothing is sent, so it need not exist. */
const anyCommit = '1'.repeat(40);

/** Tries to read the branch and, without sending anything, to write it. The mirror is not touched. */
export async function testConnection(
  mirror: Mirror,
  branch: string | null,
  signal: AbortSignal | undefined,
): Promise<ConnectionReport> {
  const good = { reachable: true, authenticated: true, readable: true };
  let position: Position;
  try {
    position = await askPosition(mirror, branch, signal);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    return { ...reached[error.code], writable: false, branch: null, head: null, message: error.message };
  }
  const refusal = await writeRefusal(mirror, position, signal);
  const state = position.head === null ? 'The repository is empty' : `The branch ${position.branch} can be read`;
  const message = refusal === null ? `${state} and can be written.` : `${state}. It cannot be written: ${refusal}`;
  return { ...good, writable: refusal === null, ...position, message };
}

async function writeRefusal(
  mirror: Mirror,
  { branch, head }: Position,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const args = ['push', '--dry-run', '--porcelain', 'origin', `${head ?? anyCommit}:refs/heads/${branch}`];
  const timeoutMs = mirror.timeouts.ask;
  const { code, stdout, stderr } = await mirror.withScratch(head, signal, (gitDir) =>
    mirror.remote({ args, gitDir, signal, timeoutMs }),
  );
  // A line about the branch, whatever it says, comes after the server has agreed to take a push.
  if (!stdout.includes(`:refs/heads/${branch}\t`))
    return knownError(stderr)?.message ?? `Git failed without a reason that can be shown (exit code ${code}).`;
  const { folder } = mirror.access.url;
  return folder === null || (await writableFolder(folder)) ? null : 'The server may not write into its folder.';
}

async function writableFolder(folder: string): Promise<boolean> {
  for (const gitDir of [folder, join(folder, '.git')]) {
    const tries = ['objects', 'refs'].map((name) => access(join(gitDir, name), constants.W_OK));
    if ((await Promise.allSettled(tries)).every(({ status }) => status === 'fulfilled')) return true;
  }
  return false;
}
