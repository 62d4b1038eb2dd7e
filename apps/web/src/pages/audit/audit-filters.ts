import { targetKinds } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';
import { lookOf, words } from '../../kit/state/tones.ts';
import type { Filter } from '../../kit/table/filter-bar.tsx';

const options = (values: readonly string[], said: (value: string) => string = words) =>
  values.map((value) => ({ value, label: said(value) }));

const operations = Object.values(table)
  .flatMap((entity) => Object.values(entity))
  .map(({ name }) => name)
  .sort();

export const actorKinds = {
  user: 'A user',
  api_key: 'An API key',
  system: 'The server',
  anonymous: 'Nobody known',
} as const;

export const surfaces = {
  rest: 'REST or this page',
  graphql: 'GraphQL',
  mcp: 'MCP',
  trpc: 'tRPC',
  cli: 'Command line',
  internal: 'The server itself',
} as const;

export const auditFilters: readonly Filter[] = [
  { key: 'who', label: 'Who', kind: 'text' },
  {
    key: 'kind',
    label: 'Kind of caller',
    kind: 'select',
    options: Object.entries(actorKinds).map(([value, label]) => ({ value, label })),
  },
  { key: 'operation', label: 'What', kind: 'select', options: options(operations, (name) => name) },
  {
    key: 'outcome',
    label: 'Result',
    kind: 'multi',
    options: options(['done', 'refused', 'failed'], (one) => lookOf(one).text),
  },
  { key: 'target', label: 'On what', kind: 'select', options: options(targetKinds) },
  {
    key: 'surface',
    label: 'Through',
    kind: 'select',
    options: Object.entries(surfaces).map(([value, label]) => ({ value, label })),
  },
];
