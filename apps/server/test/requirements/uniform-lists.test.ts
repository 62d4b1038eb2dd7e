import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { type FieldType, filterOperators, type Page } from '@ratchet/contract/paging';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ground, openGround } from './ground.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type ListsOf, seed } from './seed.ts';
import type { Wire } from './wire.ts';
import { openWires } from './wires.ts';
import { nobody } from './world.ts';

type Input = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, unknown>>;

let ground: Ground;
let rest: Wire;
let others: readonly Wire[];
let lists: ListsOf;
beforeAll(async () => {
  ground = await openGround();
  [rest, ...others] = await openWires(ground.address);
  lists = await seed(rest, ground);
});
afterAll(async () => {
  for (const wire of [rest, ...(others ?? [])]) await wire?.close();
  await ground?.close();
});

/** How a row is known again: some lists are of what has no id. */
const keyOf = (row: Row): unknown => row.id ?? row.sequence;
const rowsOf = (outcome: Outcome): readonly Row[] => ('output' in outcome ? (outcome.output as Page<Row>).items : []);
/** Rows of what changes by itself are compared by which they are. */
const restless = new Set(['workers.list']);
const compared = (operation: Operation, outcome: Outcome): unknown => {
  if (!('output' in outcome) || !restless.has(operation.name)) return outcome;
  const { items, meta } = outcome.output as Page<Row>;
  return { items: items.map(keyOf), meta };
};

/** In how far the surfaces differ from REST, each told in a line. */
let differences: string[] = [];
beforeEach(() => {
  differences = [];
});
afterEach(() => expect(differences).toEqual([]));

async function same(operation: Operation, input: Input): Promise<Outcome> {
  const { filters: always = [], ...members } = lists[operation.name] ?? {};
  const filters = [...(always as object[]), ...((input.filters as object[]) ?? [])];
  const asked = { limit: 25, ...members, ...input, ...(filters.length > 0 ? { filters } : {}) };
  const expected = await outcomeOf(rest, operation, asked);
  const judge = async (wire: Wire) => {
    const outcome = await outcomeOf(wire, operation, asked);
    if ('code' in outcome && outcome.code === 'INTERNAL')
      differences.push(`${wire.name} ${JSON.stringify(asked)} fails inside`);
    else if (isDeepStrictEqual(compared(operation, outcome), compared(operation, expected))) return;
    else differences.push(`${wire.name} ${JSON.stringify(asked)}: ${told(outcome)}; over REST ${told(expected)}`);
  };
  await Promise.all(others.filter((wire) => !operation.excused?.[wire.name]).map(judge));
  return expected;
}

const told = (outcome: Outcome): string =>
  'output' in outcome
    ? `rows ${JSON.stringify(rowsOf(outcome).map(keyOf))} ${JSON.stringify((outcome.output as Page<Row>).meta)}`
    : `${outcome.code} ${outcome.message} ${JSON.stringify(outcome.details)}`;

/** A value that a row may have in a field, for each way to write one. */
function valuesFor(type: FieldType | readonly string[], field: string, rows: readonly Row[]): unknown[] {
  const seen = [
    ...new Set(rows.map((row) => row[field]).filter((value) => ['string', 'number', 'boolean'].includes(typeof value))),
  ];
  const usual: unknown[] =
    typeof type !== 'string'
      ? type.slice(0, 2)
      : { string: ['a'], number: [1], boolean: [true, false], datetime: ['2030-01-01T00:00:00.000Z'], id: [nobody] }[
          type
        ];
  return [...new Set([...seen.slice(0, 1), ...usual])].slice(0, 2);
}

const listOperations = operations.filter((operation) => operation.list);

describe.each(listOperations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
  const { filters, sorts } = operation.list as NonNullable<Operation['list']>;

  it('shows the same rows on every surface for the same page, cursor and order', async () => {
    const all = rowsOf(await same(operation, {}));
    expect(all.length, 'There are rows to compare.').toBeGreaterThan(0);
    for (const field of sorts) {
      const down = rowsOf(await same(operation, { sort: [{ field, order: 'desc' }] }));
      expect(new Set(down.map(keyOf))).toEqual(new Set(all.map(keyOf)));
      await same(operation, {
        sort: [{ field, order: 'asc' }, ...sorts.slice(0, 1).map((other) => ({ field: other, order: 'desc' }))],
      });
    }
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await same(operation, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...rowsOf(page).map(keyOf));
      cursor = 'output' in page ? ((page.output as Page<Row>).meta.nextCursor ?? undefined) : undefined;
    } while (cursor && seen.length < 200);
    expect(seen).toEqual(all.map(keyOf));
    await same(operation, { limit: 2, page: 2 });
    await same(operation, { limit: 1, page: 1000 });
  });

  it('shows the same rows, or the same refusal, for every condition', async () => {
    const rows = rowsOf(await same(operation, {}));
    // A condition that always stands cannot be told from another one on its field in REST's notation.
    const always = ((lists[operation.name]?.filters ?? []) as { field: string }[]).map((clause) => clause.field);
    let found = 0;
    for (const [field, type] of Object.entries(filters).filter(([name]) => !always.includes(name)))
      for (const op of filterOperators)
        for (const value of valuesFor(type, field, rows))
          found += rowsOf(await same(operation, { filters: [{ field, op, value }] })).length;
    const [field = ''] = Object.keys(filters).filter((name) => !always.includes(name));
    const [first, second] = valuesFor(filters[field] ?? 'string', field, rows);
    await same(operation, { filters: [{ field, op: 'eq', value: [first, second ?? first] }] });
    await same(operation, { filters: [{ field, value: first }] });
    expect(found).toBeGreaterThan(0);
  });

  it('shows the same rows for a search', async () => {
    for (const q of ['a', 'ALPHA', 'odd" & ch', '100%', '_', '\\', "'; drop table tasks; --", 'ünï\u{1F600}'])
      await same(operation, { q });
  });

  it.each([
    ['an unknown filter field', { filters: [{ field: 'no_such', op: 'eq', value: 'x' }] }],
    ['an unknown sort field', { sort: [{ field: 'no_such', order: 'asc' }] }],
    ['a limit of 0', { limit: 0 }],
    ['a limit of 1001', { limit: 1001 }],
    ['a limit that is a word', { limit: 'x' }],
    ['a limit that is no whole number', { limit: 1.5 }],
    ['page 0', { page: 0 }],
    ['a cursor that is none', { cursor: 'not-a-cursor' }],
    ['a cursor of another list', { cursor: Buffer.from('{"at":["x"]}').toString('base64url') }],
    ['a search without end', { q: 'x'.repeat(501) }],
    [
      'a condition of the wrong type',
      {
        filters: Object.entries(filters)
          .filter(([, type]) => type !== 'string')
          .map(([field]) => ({ field, op: 'eq', value: 'definitely not' })),
      },
    ],
  ])('refuses %s with the same code and message', async (_, input) => {
    const outcome = await same(operation, input);
    expect(outcome).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
