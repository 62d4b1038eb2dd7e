import { targetKinds } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';
import type { Filter } from '../../kit/table/filter-bar.tsx';
import { lookOf, words } from '../../kit/state/tones.ts';

const options = (values: readonly string[], said: (value: string) => string = words) =>
  values.map((value) => ({ value, label: said(value) }));

const operations = Object.values(table)
  .flatMap((entity) => Object.values(entity))
  .map(({ name }) => name)
  .sort();

export const actorKinds = { user: 'A user', api_key: 'An API key', system: 'The server', anonymous: 'Nobody known' } as const;

export const auditFilters: readonly Filter[] = [
  { key: 'who', label: 'Who', kind: 'text' },
  {
    key: 'kind',
    label: 'Kind of caller',
    kind: 'select',
    options: Object.entries(actorKinds).map(([value, label]) => ({ value, label })),
  },
  { key: 'operation', label: 'What', kind: 'select', options: options(operations, (name) => name) },
  { key: 'outcome', label: 'Result', kind: 'multi', options: options(['done', 'refused', 'failed'], (one) => lookOf(one).text) },
  { key: 'target', label: 'On what', kind: 'select', options: options(targetKinds) },
  {
    key: 'surface',
    label: 'Through',
    kind: 'select',
    options: options(['rest', 'graphql', 'mcp', 'trpc', 'cli'], (surface) =>
      ({ rest: 'REST or this page', graphql: 'GraphQL', mcp: 'MCP', trpc: 'tRPC', cli: 'Command line' })[surface] ?? surface,
    ),
  },
];
