import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import type { Plugin } from 'vite';

/** What a client reads of an operation. */
const read = [
  'name',
  'effect',
  'stream',
  'rest',
  'mcp',
  'restAliases',
  'unversioned',
  'reportsProgress',
  'rawBody',
  'rawTypes',
  'rawOutput',
] as const satisfies readonly (keyof Operation)[];

function plain(operation: Operation): object {
  const members = read.flatMap((name) => (operation[name] === undefined ? [] : [[name, operation[name]]]));
  // Of a function only whether it is there can be told.
  return Object.fromEntries(operation.refused ? [...members, ['refused', true]] : members);
}

function plainTable(): object {
  const entities: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const [entity = '', verb = ''] = operation.name.split('.');
    entities[entity] = { ...entities[entity], [verb]: plain(operation) };
  }
  return entities;
}

/**
 * Gives the page the table of operations as plain data. The schemas in it are for the server, which judges what it is sent;
 * with the library that they are written in they would be a fifth of what the page loads first.
 */
export function withPlainTable(): Plugin {
  return {
    name: 'plain-table',
    enforce: 'pre',
    load: {
      filter: { id: /\/packages\/contract\/src\/operations\/table\.ts$/ },
      handler: () => ({ code: `export const table = ${JSON.stringify(plainTable())};`, map: null }),
    },
  };
}
