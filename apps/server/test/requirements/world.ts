import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createGitRepository, type GitRepository } from '@ratchet/testing/git-repository';
import { vi } from 'vitest';
import { type Follower, follow } from './follow.ts';
import type { Ground } from './ground.ts';
import { type InputOf, type OperationName, type OutputOf, operationNamed, type Wire, WireError } from './wire.ts';

type Files = Readonly<Record<string, string>>;

/** What a requirement works in: a server that it shares with others, reached over one wire, and names of its own. */
export interface World {
  /** The surface itself, to send what no typed call would. */
  readonly wire: Wire;
  readonly ground: Ground;
  call<N extends OperationName>(name: N, ...input: Given<N>): Promise<OutputOf<N>>;
  /** The same, asked by somebody else. */
  callAs<N extends OperationName>(wire: Wire, name: N, ...input: Given<N>): Promise<OutputOf<N>>;
  /** The error that a call ends with; a call that succeeds is a failure. */
  refused(name: OperationName, input: Readonly<Record<string, unknown>>, wire?: Wire): Promise<WireError>;
  /** Listens to a stream. It is given up when the requirement has ended. */
  follow<N extends OperationName>(name: N, input: InputOf<N>): Follower<OutputOf<N>>;
  /** A name that nothing else on this server has. */
  unique(word: string): string;
  /** An empty folder of the requirement's own, which the server can read and write. */
  folder(): string;
  newTask(given?: Partial<InputOf<'tasks.create'>>): Promise<OutputOf<'tasks.create'>>;
  /** A bare git repository, and its registration here; the server neither watches it nor syncs it by itself. */
  newRepository(files?: Files, settings?: Partial<InputOf<'repositories.create'>>): Promise<Registered>;
  /** The tasks of a repository, by path. */
  tasksOf(repositoryId: string): Promise<Readonly<Record<string, OutputOf<'tasks.list'>['items'][number]>>>;
}
type Given<N extends OperationName> =
  Record<string, never> extends InputOf<N> ? [input?: InputOf<N>] : [input: InputOf<N>];
export interface Registered {
  readonly id: string;
  readonly git: GitRepository;
}

/** An id that nothing has. */
export const nobody = '01930f3e-0000-7000-8000-000000000000';
export const doubling = '(input) => ({ doubled: input.n * 2 })\n';
export const numberInput = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
/** A task's folder as it stands in a repository. */
export const taskFolder = (folder: string, code = doubling, more: object = {}): Record<string, string> => ({
  [`${folder}/metadata.json`]: `${JSON.stringify({ name: folder, version: '1.0.0', ...more }, null, 2)}\n`,
  [`${folder}/main.js`]: code,
});

let made = 0;

export function createWorld(wire: Wire, ground: Ground): World & { close(): Promise<void> } {
  const followers: Follower<unknown>[] = [];
  const unique = (word: string) => `${word}-${wire.name}-${++made}`;
  const folder = () => mkdtempSync(join(ground.folder, 'place-'));
  const callAs: World['callAs'] = async (other, name, ...[input]) => {
    const operation = operationNamed(name);
    const output = await other.call(operation, (input ?? {}) as Record<string, unknown>);
    // Every answer has the shape that the contract says, whatever the surface.
    const judged = operation.output.safeParse(output);
    if (!judged.success)
      throw new Error(`${name} over ${wire.name} does not answer its output: ${judged.error.message}`);
    return output as never;
  };
  const call: World['call'] = (name, ...input) => callAs(wire, name, ...input);
  const world: World = {
    wire,
    ground,
    call,
    callAs,
    async refused(name, input, other = wire) {
      const outcome = await other.call(operationNamed(name), input).then(
        (output) => ({ output }),
        (error: unknown) => error,
      );
      if (outcome instanceof WireError) return outcome;
      if (outcome instanceof Error) throw outcome;
      throw new Error(`${name} was to be refused and answered ${JSON.stringify(outcome)?.slice(0, 500)}.`);
    },
    follow(name, input) {
      const follower = follow(wire, operationNamed(name), input as Record<string, unknown>);
      followers.push(follower);
      return follower as never;
    },
    unique,
    folder,
    newTask: (given = {}) =>
      call('tasks.create', {
        name: unique('task'),
        sourceCode: doubling,
        inputSchema: numberInput,
        outputSchema: { type: 'object' },
        ...given,
      }),
    async newRepository(files = { 'README.md': 'Nothing yet.\n' }, settings = {}) {
      const git = await createGitRepository(join(folder(), 'upstream.git'));
      await git.commit(files);
      const { id } = await call('repositories.create', {
        name: unique('repository'),
        repositoryType: 'git',
        uri: `file://${git.path}`,
        branch: 'main',
        syncIntervalMinutes: 0,
        ...settings,
      });
      return { id, git };
    },
    async tasksOf(repositoryId) {
      const { items } = await call('tasks.list', {
        filters: [{ field: 'repositoryId', op: 'eq', value: repositoryId }],
        limit: 1000,
      });
      return Object.fromEntries(items.map((task) => [task.repositoryInfo?.repositoryPath ?? task.id, task]));
    },
  };
  return {
    ...world,
    async close() {
      await Promise.all(followers.map((follower) => follower.stop()));
    },
  };
}

/** Asks until the answer is as it should be. */
export async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const found = await vi.waitUntil(
    async () => {
      const answer = await ask();
      return holds(answer) && { answer };
    },
    { timeout: 30_000, interval: 50 },
  );
  return found.answer;
}

/** A folder for a repository of files. */
export function filesFolder(world: World): string {
  const folder = join(world.folder(), 'files');
  mkdirSync(folder);
  return folder;
}
