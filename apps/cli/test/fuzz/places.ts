import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createZipRemote } from '@ratchet/sync/endpoints/zip/zip-remote';
import { startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { createHttpFileServer } from '@ratchet/testing/http-file-server';
import yazl from 'yazl';

export type Files = ReadonlyMap<string, string>;
export type Changes = Readonly<Record<string, string | null>>;

/** A repository as its users see it: they edit it without asking anyone. */
export interface Place {
  readonly kind: 'git' | 'filesystem' | 'zip' | 'http';
  readonly settings: {
    readonly repositoryType: 'git' | 'filesystem' | 'zip' | 'http';
    readonly uri: string;
    readonly branch?: string;
    readonly authConfig?: { readonly type: 'token'; readonly token: string };
  };
  files(): Promise<Files>;
  change(changes: Changes): Promise<void>;
  /** Takes the repository back to what it was some time ago, with some changes. */
  rewrite?(changes: Changes): Promise<void>;
  /** From now on the network fails in a way chosen by a number from 0 to 1; null: it is well again. */
  fail?(how: number | null): void;
  close(): Promise<void>;
}

const token = 'a-token-of-the-fuzz';

async function gitPlace(folder: string): Promise<Place> {
  const root = join(folder, 'git');
  mkdirSync(root, { recursive: true });
  const upstream = await createGitRepository(join(root, 'tasks.git'));
  const server = await startGitHttpServer({ root, token });
  const faults = ['cut', 'cut_answer', { status: 500 }, { status: 401 }] as const;
  const stages = ['refs', 'fetch', 'push'] as const;
  return {
    kind: 'git',
    settings: {
      repositoryType: 'git',
      uri: server.url('tasks.git'),
      branch: 'main',
      authConfig: { type: 'token', token },
    },
    files: async () =>
      (await upstream.head())
        ? new Map([...(await upstream.files())].map(([path, { bytes }]) => [path, bytes.toString('utf8')]))
        : new Map(),
    change: async (changes) => void (await upstream.commit(changes)),
    async rewrite(changes) {
      const log = await upstream.log();
      const back = log[Math.min(log.length - 1, 2)]?.id;
      if (back) await upstream.commit(changes, { onto: back });
    },
    fail(how) {
      for (const stage of stages) server.setFault(stage, null);
      if (how === null) return;
      const stage = stages[Math.floor(how * stages.length)] ?? 'refs';
      server.setFault(stage, faults[Math.floor(how * 997) % faults.length] ?? 'cut');
    },
    close: () => server.close(),
  };
}

function folderPlace(folder: string): Place {
  const uri = join(folder, 'tasks');
  mkdirSync(uri);
  const walk = (at: string, found: Map<string, string>): Map<string, string> => {
    for (const entry of readdirSync(join(uri, at), { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) walk(path, found);
      else found.set(path, readFileSync(join(uri, path), 'utf8'));
    }
    return found;
  };
  return {
    kind: 'filesystem',
    settings: { repositoryType: 'filesystem', uri },
    files: async () => walk('', new Map()),
    async change(changes) {
      for (const [path, text] of Object.entries(changes)) {
        const full = join(uri, path);
        if (text === null) {
          rmSync(full, { force: true });
          for (let at = dirname(full); at !== uri && existsSync(at) && readdirSync(at).length === 0; at = dirname(at))
            rmdirSync(at);
        } else {
          mkdirSync(dirname(full), { recursive: true });
          writeFileSync(full, text);
        }
      }
    },
    close: async () => {},
  };
}

async function zipPlace(folder: string): Promise<Place> {
  const uri = join(folder, 'tasks.zip');
  const files = async (): Promise<Map<string, string>> => {
    const remote = createZipRemote({ path: uri, subPath: null });
    const found = new Map<string, string>();
    for await (const { file, bytes } of remote.read((await remote.list()).files))
      found.set(file.path, Buffer.from(bytes).toString('utf8'));
    return found;
  };
  return {
    kind: 'zip',
    settings: { repositoryType: 'zip', uri },
    files,
    async change(changes) {
      const all = await files();
      for (const [path, text] of Object.entries(changes)) {
        if (text === null) all.delete(path);
        else all.set(path, text);
      }
      const zip = new yazl.ZipFile();
      for (const [path, text] of all) zip.addBuffer(Buffer.from(text), path);
      zip.end();
      writeFileSync(uri, await buffer(zip.outputStream));
    },
    close: async () => {},
  };
}

async function httpPlace(): Promise<Place> {
  const server = await createHttpFileServer({ authorization: `Bearer ${token}` });
  const faults = ['die', 'short', { status: 500 }, { status: 503 }, { status: 401 }] as const;
  return {
    kind: 'http',
    settings: { repositoryType: 'http', uri: server.url, authConfig: { type: 'token', token } },
    files: async () => new Map([...server.files].map(([path, bytes]) => [path, bytes.toString('utf8')])),
    async change(changes) {
      for (const [path, text] of Object.entries(changes)) {
        if (text === null) server.files.delete(path);
        else server.put(path, text);
      }
    },
    fail(how) {
      server.faults.length = 0;
      if (how === null) return;
      const fault = faults[Math.floor(how * faults.length)] ?? 'die';
      // Some requests go well before one does not.
      for (let i = 0; i < Math.floor(how * 10); i++) server.faults.push(null);
      for (let i = 0; i < 3; i++) server.faults.push(fault);
    },
    close: () => server.close(),
  };
}

export const openPlaces = async (folder: string): Promise<readonly Place[]> => [
  await gitPlace(folder),
  folderPlace(folder),
  await zipPlace(folder),
  await httpPlace(),
];
