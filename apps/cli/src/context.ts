import { type Client, createClient } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { type Output, output } from './output.ts';
import { savedSignIns } from './saved-sign-ins.ts';
import { signedInFetch } from './signed-in-fetch.ts';

export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
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

/** What a command works with, from its global options. */
export function contextOf(command: Command, io: Io): Context {
  const { json, token: given } = command.optsWithGlobals() as { json?: boolean; token?: string };
  const baseUrl = serverOf(command, io);
  const token = given ?? io.env.RATCHET_TOKEN;
  const fetch = until(io.signal);
  const proof = token ? { token, fetch } : { fetch: signedInFetch(baseUrl, savedSignIns(io.env), fetch) };
  return { client: createClient({ baseUrl, ...proof }), out: output(io, json ?? false), io };
}

/** Requests that end when a signal says so, besides their own. */
function until(signal: AbortSignal | undefined): typeof globalThis.fetch {
  if (!signal) return globalThis.fetch;
  return (input, init) =>
    globalThis.fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal });
}

/** The address of the server that a command works with. */
export function serverOf(command: Command, io: Io): string {
  const { server } = command.optsWithGlobals() as { server?: string };
  return server ?? io.env.RATCHET_SERVER_URL ?? 'http://127.0.0.1:8080';
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of the one repository of this name or id. */
export async function repositoryId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  const { items } = await client.repositories.list({ filters: [{ field: 'name', value: nameOrId }] });
  return only('repository', nameOrId, items);
}

/** The id of the one task of this name, id or uuid. */
export async function taskId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  const { items } = await client.tasks.list({ filters: [{ field: 'name', value: nameOrId }] });
  return only('task', nameOrId, items);
}

/** The id of the one output destination of this name or id. */
export async function destinationId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  const { items } = await client.outputDestinations.list({ filters: [{ field: 'name', value: nameOrId }] });
  return only('output destination', nameOrId, items);
}

/** The id of the schedule of this name or id. */
export async function scheduleId({ client }: Context, nameOrId: string): Promise<string> {
  if (uuid.test(nameOrId)) return nameOrId;
  const { items } = await client.schedules.list({ filters: [{ field: 'name', value: nameOrId }] });
  return only('schedule', nameOrId, items);
}

function only(what: string, name: string, items: readonly { id: string; name: string }[]): string {
  const [first, second] = items;
  if (first && !second) return first.id;
  if (!first) throw new RatchetError('NOT_FOUND', `There is no ${what} named ${JSON.stringify(name)}.`);
  throw new RatchetError(
    'VALIDATION_FAILED',
    `Several are named ${JSON.stringify(name)}: ${items.map((item) => item.id).join(', ')}. Use an id.`,
  );
}
