import type { Client } from '@ratchet/client/create-client';
import type { Candidate, NameKind } from './candidate.ts';

/** A completion that takes longer than this is none. */
const patienceMs = 2000;
const most = 1000;
/** Of what has an id and no name, only the newest are offered. */
const newest = 50;

interface Item {
  readonly value: string;
  readonly description?: string | null | undefined;
}
type List = (client: Client, signal: AbortSignal) => Promise<readonly Item[]>;

const named = <T extends { readonly name: string }>(items: readonly T[], about: (item: T) => string | null): Item[] =>
  items.map((item) => ({ value: item.name, description: about(item) }));
const numbered = <T extends { readonly id: string }>(items: readonly T[], about: (item: T) => string | null): Item[] =>
  items.map((item) => ({ value: item.id, description: about(item) }));

const lists: Readonly<Partial<Record<NameKind, List>>> = {
  task: async (client, signal) =>
    named((await client.tasks.list({ limit: most }, { signal })).items, (task) => task.description),
  repository: async (client, signal) =>
    named((await client.repositories.list({ limit: most }, { signal })).items, (repository) => repository.uri),
  destination: async (client, signal) =>
    named((await client.outputDestinations.list({ limit: most }, { signal })).items, (each) => each.type),
  schedule: async (client, signal) =>
    named((await client.schedules.list({ limit: most }, { signal })).items, (each) => each.cron),
  secret: async (client, signal) =>
    named((await client.secrets.list({ limit: most }, { signal })).items, (each) => each.description),
  credential: async (client, signal) =>
    named((await client.credentials.list({ limit: most }, { signal })).items, (each) => each.type),
  alert: async (client, signal) =>
    named((await client.alerts.list({ limit: most }, { signal })).items, (each) => each.metric),
  template: async (client, signal) =>
    named((await client.templates.list({}, { signal })).items, (each) => each.description),
  api_key: async (client, signal) =>
    named((await client.apiKeys.list({ limit: most }, { signal })).items, (each) => each.prefix),
  user: async (client, signal) =>
    (await client.users.list({ limit: most }, { signal })).items.map((each) => ({
      value: each.username,
      description: each.name,
    })),
  execution: async (client, signal) =>
    numbered(
      (await client.executions.list({ limit: newest }, { signal })).items,
      (each) => `${each.taskName}, ${each.status}`,
    ),
  job: async (client, signal) =>
    numbered(
      (await client.jobs.list({ limit: newest }, { signal })).items,
      (each) => `${each.taskName}, ${each.status}`,
    ),
  batch: async (client, signal) =>
    numbered((await client.batches.list({ limit: newest }, { signal })).items, (each) => each.status),
  conflict: async (client, signal) =>
    numbered((await client.conflicts.list({ limit: newest }, { signal })).items, (each) => each.repositoryPath),
  result: async (client, signal) =>
    numbered((await client.results.list({ limit: newest }, { signal })).items, (each) => each.name),
  delivery: async (client, signal) =>
    numbered(
      (await client.deliveries.list({ limit: newest }, { signal })).items,
      (each) => `${each.destinationName}, ${each.status}`,
    ),
  worker: async (client, signal) =>
    numbered(
      (await client.workers.list({ limit: newest }, { signal })).items,
      (each) => `${each.hostname}, ${each.status}`,
    ),
  grant: async (client, signal) =>
    numbered((await client.grants.list({ limit: newest }, { signal })).items, (each) => each.permissions.join(' ')),
};

/** Asks a server for names. One that does not answer soon, or refuses, offers nothing: a completion never fails. */
export const liveNames =
  (client: Client) =>
  async (kind: NameKind, _prefix: string): Promise<readonly Candidate[]> => {
    try {
      const items = (await lists[kind]?.(client, AbortSignal.timeout(patienceMs))) ?? [];
      return items.map(({ value, description }) => ({ value, kind: 'name', ...(description ? { description } : {}) }));
    } catch {
      return [];
    }
  };
