import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answeringServer } from '@ratchet/testing/answering-server';
import { openTestDatabase } from '@ratchet/testing/database';
import { type GitHttpServer, startGitHttpServer } from '@ratchet/testing/git-http-server';
import { startServer } from '../../src/start-server.ts';

/** What stands under all requirements of one run: a server over a database of its own, and servers for it to reach. */
export interface Ground {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** A folder that the server may read and write; repositories below `git` are served by `git`. */
  readonly folder: string;
  readonly git: GitHttpServer;
  readonly gitToken: string;
  readonly web: Awaited<ReturnType<typeof answeringServer>>;
  close(): Promise<void>;
}

export const adminPassword = 'the-password-of-the-admin';

/** With `signIn` nobody may do anything who has not signed in; without, whoever reaches the server may do everything. */
export async function openGround({ signIn = false }: { readonly signIn?: boolean } = {}): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-requirements-'));
  const gitToken = 'a-token-for-git';
  const database = await openTestDatabase();
  const git = await startGitHttpServer({ root: join(folder, 'git'), token: gitToken });
  const web = await answeringServer();
  const server = await startServer({
    port: 0,
    auth: signIn ? 'password' : 'none',
    dataDir: join(folder, 'data'),
    ...(database.url ? { databaseUrl: database.url } : {}),
    logLevel: 'error',
    environment: {
      FILE_WATCHER_ENABLED: 'false',
      RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1',
      RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1',
      RATCHET_ADMIN_PASSWORD: adminPassword,
      // Many wrong passwords come from one address here.
      RATCHET_SECURITY_SIGN_IN_ATTEMPTS: '1000',
    },
  });
  return {
    address: server.address,
    folder,
    git,
    gitToken,
    web,
    async close() {
      await server.close();
      await web.close();
      await git.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
