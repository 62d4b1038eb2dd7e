import { join } from 'node:path';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { createGitRemote, type GitRemoteOptions } from '../src/endpoints/git/git-remote.ts';
import { committer, temporaryFolder } from './git-fixture.ts';

/** No resolver knows this name: who reaches it was told where it stands. */
export const name = 'tasks.invalid';
export const here = async () => ['127.0.0.1'];

/** A repository to be served, and remotes of it at any address. */
export async function served() {
  const folder = await temporaryFolder();
  const repository = await createGitRepository(join(folder, 'served', 'tasks.git'));
  await repository.commit({ 'a.txt': 'a' });
  const open = (url: string, more: Partial<GitRemoteOptions>) =>
    createGitRemote({
      url,
      branch: 'main',
      subPath: null,
      mirrorDir: join(folder, 'mirror'),
      auth: null,
      allowFileProtocol: false,
      committer,
      ...more,
    });
  return { folder: join(folder, 'served'), repository, open };
}
