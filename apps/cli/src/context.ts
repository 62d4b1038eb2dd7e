import { type Client, createClient } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import type { Command } from 'commander';
import type { EmbeddedServer } from './embedded-server.ts';
import { type Globals, globalsOf } from './global-options.ts';
import { type Output, output } from './output.ts';
import { savedSignIns } from './saved-sign-ins.ts';
import { orInstead, told, until } from './server-fetch.ts';
import { signedInFetch } from './signed-in-fetch.ts';

export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server that commands work with which name no other: of a console, the one it is connected to. */
  readonly server?: string | undefined;
  /** Started where no server is named and none answers; without, the command fails then. */
  readonly embedded?: EmbeddedServer | undefined;
  /** Ends what a command waits for, where the command itself does not end the process. */
  readonly signal?: AbortSignal | undefined;
  /** Hears the values that commands answer, whatever form they are shown in. */
  readonly answered?: ((value: unknown) => void) | undefined;
}

export interface Context {
  readonly client: Client;
  readonly out: Output;
  readonly io: Io;
}

export interface ContextOptions {
  /** False: no server is started where none answers, because what is asked is about a server that runs. */
  readonly embedded?: boolean;
}

/** What a command works with, from the options that every command takes. */
export function contextOf(command: Command, io: Io, { embedded = true }: ContextOptions = {}): Context {
  const globals = globalsOf(command);
  const baseUrl = serverOf(command, io).replace(/\/+$/, '');
  const token = globals.token ?? io.env.RATCHET_TOKEN;
  const usual: typeof fetch = (input, init) => fetch(input, init);
  let send = token ? usual : signedInFetch(baseUrl, savedSignIns(io.env), usual);
  const { embedded: server } = io;
  if (server && embedded && !isNamed(globals, io)) send = orInstead(send, baseUrl, () => server.address(globals));
  if (globals.logLevel === 'debug') send = told(send, (line) => void io.stderr.write(`${line}\n`));
  if (io.signal) send = until(send, io.signal);
  return {
    client: createClient({ baseUrl, fetch: send, ...(token ? { token } : {}) }),
    out: output(io, globals.json ?? false),
    io,
  };
}

const usualServer = ({ env }: Io): string => `http://127.0.0.1:${env.RATCHET_SERVER_PORT || 8080}`;
const isNamed = ({ server }: Globals, io: Io): boolean =>
  (server ?? io.server ?? io.env.RATCHET_SERVER_URL) !== undefined;

/** The address of the server that a command works with. */
export function serverOf(command: Command, io: Io): string {
  return globalsOf(command).server ?? io.server ?? io.env.RATCHET_SERVER_URL ?? usualServer(io);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of the one repository of this name or id. */
export async function repositoryId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  return idOf('repository', nameOrId, (input) => client.repositories.list(input));
}

/** The id of the one task of this name, id or uuid. */
export async function taskId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  return idOf('task', nameOrId, (input) => client.tasks.list(input));
}

/** The id of the one output destination of this name or id. */
export async function destinationId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  return idOf('output destination', nameOrId, (input) => client.outputDestinations.list(input));
}

/** The id of the schedule of this name or id. */
export async function scheduleId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  return idOf('schedule', nameOrId, (input) => client.schedules.list(input));
}

/** The id of the OpenSpec project of this name or id. */
export async function projectId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  return idOf('project', nameOrId, (input) => client.projects.list(input));
}

interface Named {
  readonly id: string;
  readonly name: string;
}
type ListNamed = (input: {
  limit: number;
  filters?: { field: string; value: string }[];
}) => Promise<{ readonly items: readonly Named[] }>;

/** The id of the one item of a name. Throws NOT_FOUND, with the name that was most likely meant. */
export async function idOf(what: string, name: string, list: ListNamed): Promise<string> {
  const { items } = await list({ limit: 25, filters: [{ field: 'name', value: name }] });
  const [first, second] = items;
  if (first && !second) return first.id;
  if (first)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `Several are named ${JSON.stringify(name)}: ${items.map((item) => item.id).join(', ')}. Use an id.`,
    );
  const known = await list({ limit: 1000 });
  const meant = nearestName(
    name,
    known.items.map((each) => each.name),
  );
  throw new RatchetError(
    'NOT_FOUND',
    `There is no ${what} named ${JSON.stringify(name)}.${meant === null ? '' : ` Did you mean ${JSON.stringify(meant)}?`}`,
  );
}
