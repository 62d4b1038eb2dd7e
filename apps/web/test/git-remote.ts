import { join } from 'node:path';
import type { Client } from '@ratchet/client/create-client';
import { startGitHttpServer } from '@ratchet/testing/git-http-server';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';

type Repository = Awaited<ReturnType<Client['repositories']['create']>>;
type NewRepository = Parameters<Client['repositories']['create']>[0];

/** A repository elsewhere, which the server reaches over smart HTTP with a token. */
export interface GitRemote {
  /** `http://127.0.0.1:40000/team.git` */
  readonly url: string;
  /** What the server needs to reach it. */
  readonly token: string;
  /** With plain git, to look closer. */
  readonly repository: GitRepository;
  /** What a colleague does: files by path, null removes one. Answers the commit. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): Promise<string>;
  /** A file as it is upstream now; null: there is none. */
  read(path: string): Promise<string | null>;
  /** Subjects of the commits, the newest first. */
  messages(): Promise<string[]>;
  /** Adds it to the server, with its token, and syncs it. */
  connect(client: Client, more?: Partial<NewRepository>): Promise<Repository>;
  close(): Promise<void>;
}

/** Two tasks with tests; the first has an input schema. */
export const twoTasks: Readonly<Record<string, string>> = {
  'greet/metadata.json': `${JSON.stringify({ name: 'greet', version: '1.0.0', description: 'Greets somebody.' }, null, 2)}\n`,
  'greet/main.js': `/** Greets somebody. */
export default async (input, context) => {
  context.log.info('Greeting ' + input.name);
  const words = ['Hello', input.name];
  return { greeting: words.join(', ') };
};
`,
  'greet/input.schema.json': `${JSON.stringify(
    {
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Name', description: 'Who is greeted' },
        loud: { type: 'boolean', title: 'Loud', default: false },
      },
      required: ['name'],
    },
    null,
    2,
  )}\n`,
  'greet/tests/ada.json': '{ "input": { "name": "Ada" }, "expected": { "greeting": "Hello, Ada" } }\n',
  'twice/metadata.json': `${JSON.stringify({ name: 'twice', version: '1.0.0', description: 'Doubles a number.' }, null, 2)}\n`,
  'twice/main.js': '(input) => input.n * 2\n',
  'twice/tests/two.json': '{ "input": { "n": 2 }, "expected": 4 }\n',
};

const token = 'a-token-for-git';

/** Serves a new repository with these files in its first commit. */
export async function openGitRemote(
  folder: string,
  files: Readonly<Record<string, string>> = twoTasks,
): Promise<GitRemote> {
  const root = join(folder, 'git');
  const repository = await createGitRepository(join(root, 'team.git'));
  await repository.commit(files, { message: 'Begin' });
  const server = await startGitHttpServer({ root, token });
  const url = server.url('team.git');
  return {
    url,
    token,
    repository,
    commit: (changes, message = 'A change upstream') => repository.commit(changes, { message }),
    read: async (path) => (await repository.files()).get(path)?.bytes.toString('utf8') ?? null,
    messages: async () => (await repository.log()).map(({ message }) => message.split('\n')[0] ?? ''),
    async connect(client, more = {}) {
      const credential = await client.credentials.create({ name: `token-${Date.now()}`, type: 'token', token });
      const made = await client.repositories.create({
        name: 'team',
        repositoryType: 'git',
        uri: url,
        branch: 'main',
        isWritable: true,
        credentialId: credential.id,
        ...more,
      });
      await client.repositories.sync({ id: made.id });
      return client.repositories.get({ id: made.id });
    },
    close: () => server.close(),
  };
}
