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

export async function openGround(environment: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-requirements-'));
  const gitToken = 'a-token-for-git';
  const database = await openTestDatabase();
  const git = await startGitHttpServer({ root: join(folder, 'git'), token: gitToken });
  const web = await answeringServer();
  const server = await startServer({
    port: 0,
    dataDir: join(folder, 'data'),
    ...(database.url ? { databaseUrl: database.url } : {}),
    logLevel: 'error',
    environment: {
      FILE_WATCHER_ENABLED: 'false',
      RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1',
      RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1',
      ...environment,
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
