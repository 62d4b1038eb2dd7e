import { operations } from '@ratchet/contract/operations/table';
import fc from 'fast-check';
import { type DocumentNode, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildGraphQLSchema } from '../src/graphql/build-schema.ts';
import { checkStructure, checkText, complexityOf } from '../src/graphql/limits.ts';

const schema = buildGraphQLSchema(operations);
const limits = { maxDepth: 12, maxComplexity: 5000, maxAliases: 30 };
const costOf = (text: string, variables: Record<string, unknown> = {}): number => {
  const document: DocumentNode = parse(text);
  return complexityOf(schema, document, getOperationAST(document) as never, variables);
};

describe('the text of a query', () => {
  const tables: readonly [what: string, text: string, says: RegExp][] = [
    ['a megabyte of braces', '{'.repeat(1_000_000), /1000000 characters; 262144 are allowed/],
    ['ten thousand levels', '{a'.repeat(10_000), /more than 200 levels of brackets/],
    ['a list nested without end', `{a(x:${'['.repeat(5000)}`, /more than 200 levels/],
    ['too many tokens', `{${'a '.repeat(20_000)}}`, /more than 10000 tokens/],
  ];
  it.each(tables)('refuses %s, and says by how much', (_, text, says) => {
    expect(() => checkText(text)).toThrow(says);
  });
  it('takes what tools ask', () => {
    expect(() => checkText(getIntrospectionQuery())).not.toThrow();
    expect(() => checkStructure(parse(getIntrospectionQuery()), limits)).not.toThrow();
  });
  it('counts braces within texts as text', () => {
    expect(() => checkText(`{a(x: "${'{'.repeat(5000)}")}`)).not.toThrow();
  });
});

describe('the structure of a query', () => {
  const nest = (levels: number) => `{${'task{repository{'.repeat(levels)}id${'}}'.repeat(levels)}}`;
  const aliases = (n: number) => `{${Array.from({ length: n }, (_, i) => `a${i}: health { status }`).join(' ')}}`;
  const tables: readonly [what: string, text: string, says: RegExp | null][] = [
    ['12 levels', '{a{a{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}}}', null],
    ['13 levels', '{a{a{a{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}}}}', /13 levels of fields; 12 are allowed/],
    ['relations without end', nest(20), /41 levels of fields/],
    ['30 aliases', aliases(30), null],
    ['1,000 aliases', aliases(1000), /1000 aliases; 30 are allowed. Ask for many things by a list/],
    ['100 directives', `{a ${'@skip(if:true) '.repeat(100)}}`, /100 directives; 50 are allowed/],
    ['3,000 fields', `{${'a '.repeat(3000)}}`, /3000 fields; 2000 are allowed/],
    [
      'levels hidden in fragments',
      `{...A} fragment A on Query {a{a{a{a{a{a{...B}}}}}}} fragment B on T {a{a{a{a{a{a{a}}}}}}}`,
      /13 levels/,
    ],
    ['a fragment that holds itself', '{...A} fragment A on Query {a{...A}}', null],
  ];
  it.each(tables)('judges %s', (_, text, says) => {
    const check = () => checkStructure(parse(text), limits);
    if (says) expect(check).toThrow(says);
    else expect(check).not.toThrow();
  });
  it('measures a fragment bomb once for each fragment', () => {
    const bomb = Array.from({ length: 300 }, (_, i) => `fragment F${i} on Query {...F${i + 1} ...F${i + 1}}`).join(' ');
    expect(() =>
      checkStructure(parse(`{...F0} ${bomb} fragment F300 on Query {health{status}}`), limits),
    ).not.toThrow();
  });
});

describe('what a query may cost', () => {
  const tables: readonly [text: string, variables: Record<string, unknown>, cost: number][] = [
    ['{ health { status version } }', {}, 2],
    ['{ task(id: "x") { id name } }', {}, 2],
    ['{ tasks { id } }', {}, 26],
    ['{ tasks(pagination: {limit: 1000}) { id name } }', {}, 1001],
    ['{ tasksPage(pagination: {limit: 100}) { items { id } meta { total } } }', {}, 301],
    ['query($p: PaginationInput) { tasks(pagination: $p) { id } }', { p: { limit: 500 } }, 501],
    ['query($l: Int) { tasks(pagination: {limit: $l}) { id } }', { l: 400 }, 401],
    ['{ tasks(pagination: {limit: 100}) { repository { name } } }', {}, 301],
    ['{ tasks(pagination: {limit: 100}) { executions(limit: 10) { id } } }', {}, 1201],
    ['{ tasks(pagination: {limit: 100}) { sourceCode } }', {}, 601],
    ['{ ...F ...F } fragment F on Query { tasks { id } }', {}, 52],
  ];
  it.each(tables)('%s %j is %i', (text, variables, cost) => {
    expect(costOf(text, variables)).toBe(cost);
  });

  it('grows with everything that is added, never falls', () => {
    const field = fc.constantFrom('id', 'repository{id}', 'executions{id}', 'history{revision}', 'files{path}');
    fc.assert(
      fc.property(fc.array(field), field, fc.integer({ min: 1, max: 1000 }), (fields, more, limit) => {
        const of = (list: string[]) => costOf(`{tasks(pagination:{limit:${limit}}){id ${list.join(' ')}}}`);
        expect(of([...fields, more])).toBeGreaterThanOrEqual(of(fields));
      }),
    );
  });
});
