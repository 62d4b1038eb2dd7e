import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parity } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { describe, expect, it } from 'vitest';
import { operationsReference } from './operations-reference.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/operations.md'), 'utf8');

it('the page of operations is as the table is; node scripts/write-operations-reference.ts writes it', () => {
  expect(page).toBe(operationsReference(operations));
});

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (name, operation) => {
  it('is on every surface, or says why not', () => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const cells = (row ?? '').split(' | ').slice(3, 3 + parity.length);
    expect(cells).toHaveLength(parity.length);
    for (const [i, surface] of parity.entries()) {
      const reason = operation.excused?.[surface];
      if (reason === undefined) expect(cells[i]).toMatch(/`.+`/);
      else expect([cells[i], reason.length > 20]).toEqual([expect.stringMatching(/^— \(\d+\)$/), true]);
    }
  });
});

it('no two operations have one name on a surface', () => {
  for (const names of [
    operations.map(({ name }) => name),
    operations.map(({ mcp }) => mcp),
    operations.flatMap(({ graphql, graphqlAliases = [] }) => [graphql, ...graphqlAliases]),
    operations.flatMap(({ rest, restAliases = [] }) =>
      [rest, ...restAliases].map((route) => route.join(' ').replace(/\{\w+/g, '{')),
    ),
  ])
    expect(names.filter((one, i) => names.indexOf(one) !== i)).toEqual([]);
});
