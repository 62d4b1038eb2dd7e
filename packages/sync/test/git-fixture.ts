import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mode } from '@ratchet/sync-core/tree';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { onTestFinished } from 'vitest';
import { createGitRemote, type GitRemoteOptions } from '../src/endpoints/git/git-remote.ts';
import type { FileWrite, Remote, RemoteFile, WriteRequest } from '../src/remote.ts';

export const committer = { name: 'Ratchet', email: 'ratchet@example.org' };
const author = { name: 'Ada', email: 'ada@example.org' };
export const date = new Date('2026-03-04T05:06:07Z');

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-git-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A bare repository, and a way to open the endpoint on it; every endpoint is closed when the test ends. */
export async function setUp(options: { branch?: string; objectFormat?: 'sha1' | 'sha256' } = {}): Promise<{
  folder: string;
  repository: GitRepository;
  open: (overrides?: Partial<GitRemoteOptions>) => Remote;
}> {
  const folder = await temporaryFolder();
  const repository = await createGitRepository(join(folder, 'upstream.git'), options);
  let mirrors = 0;
  const open = (overrides: Partial<GitRemoteOptions> = {}) =>
    createGitRemote({
      url: repository.path,
      branch: 'main',
      subPath: null,
      mirrorDir: join(folder, `mirror-${mirrors++}`),
      auth: null,
      allowFileProtocol: true,
      committer,
      ...overrides,
    });
  return { folder, repository, open };
}

export async function readAll(remote: Remote, files: readonly RemoteFile[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { file, bytes } of remote.read(files)) found[file.path] = Buffer.from(bytes).toString('utf8');
  return found;
}

export async function listAll(remote: Remote): Promise<Record<string, string>> {
  return await readAll(remote, (await remote.list()).files);
}

export type Side = string | { readonly bytes: string | Uint8Array; readonly mode: Mode } | null;

const sideOf = (side: Side) =>
  typeof side === 'string'
    ? { bytes: Buffer.from(side), mode: '100644' as const }
    : side && { ...side, bytes: Buffer.from(side.bytes) };

/** One file of a request, from what was seen there to what is to be. */
export function write(path: string, before: Side, after: Side): FileWrite {
  const seen = sideOf(before);
  return {
    path,
    before: seen && { digest: createHash('sha256').update(seen.bytes).digest('hex'), mode: seen.mode },
    after: sideOf(after),
  };
}

export const request = (parent: string | null, ...files: readonly FileWrite[]): WriteRequest => ({
  parent,
  documents: [{ path: 'document', files }],
  message: 'Change\n\nRatchet-Task: t1',
  author,
  date,
});
