import type { Schema } from './components.ts';

/** What members of a name usually hold, where their schema lets them. */
const usual: Readonly<Record<string, unknown>> = {
  name: 'nightly-report',
  taskName: 'nightly-report',
  repositoryName: 'team-tasks',
  username: 'ada',
  email: 'ada@example.com',
  version: '1.0.0',
  taskVersion: '1.0.0',
  uri: 'https://git.example.com/team/tasks.git',
  url: 'https://example.com',
  branch: 'main',
  path: 'metadata.json',
  repositoryPath: 'nightly-report',
  fileName: 'tasks.zip',
  cron: '0 2 * * *',
  timezone: 'Europe/Berlin',
  sourceCode: 'export default async (input) => ({ total: input.items.length });',
  description: 'Counts the items of the day',
  message: 'Count the items of the day',
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  commit: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  commitHash: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  mode: '100644',
  hostname: 'node-1',
  address: '192.0.2.10',
  page: 1,
  limit: 25,
  total: 1,
  totalPages: 1,
  hasNext: false,
  hasPrevious: false,
  revision: 3,
  input: { items: [1, 2, 3] },
  output: { total: 3 },
  metadata: { author: 'ada' },
  inputSchema: { type: 'object', properties: { items: { type: 'array', items: { type: 'integer' } } } },
  outputSchema: { type: 'object', properties: { total: { type: 'integer' } } },
};

const byFormat: Readonly<Record<string, string>> = {
  uuid: '01912d68-783e-7a03-8467-5661c1243ad4',
  'date-time': '2026-11-21T08:00:00.000Z',
  date: '2026-11-21',
  email: 'ada@example.com',
  uri: 'https://example.com',
};

/**
 * A value that fits a schema, as a client might see it. `hints` are values for members by their name, tried before the
 * usual ones. `all`: with the members that may be left out.
 */
export function sampleOf(
  schema: Schema,
  components: Readonly<Record<string, Schema>>,
  hints: Readonly<Record<string, unknown>> = {},
  all = true,
): unknown {
  const make = (at: Schema, name: string, depth: number): unknown => {
    if (typeof at.$ref === 'string') {
      const target = components[at.$ref.replace('#/components/schemas/', '')] ?? {};
      return make(target, name, depth + 1);
    }
    for (const known of [hints, usual])
      if (Object.hasOwn(known, name) && fits(known[name], at, components)) return known[name];
    if (at.default !== undefined) return at.default;
    if (at.const !== undefined) return at.const;
    if (Array.isArray(at.enum)) return at.enum[0];
    const options = (at.anyOf ?? at.oneOf) as Schema[] | undefined;
    if (options) return make(options.find((one) => one.type !== 'null' || depth > 8) ?? { type: 'null' }, name, depth);
    const type = Array.isArray(at.type) ? at.type[0] : at.type;
    if (type === 'object' || at.properties) return object(at, depth);
    if (type === 'array') {
      const least = typeof at.minItems === 'number' ? at.minItems : depth > 6 ? 0 : 1;
      return Array.from({ length: least }, () => make((at.items ?? {}) as Schema, singular(name), depth + 1));
    }
    if (type === 'string') return text(at);
    if (type === 'integer' || type === 'number') return number(at);
    if (type === 'boolean') return true;
    return type === 'null' ? null : { total: 3 };
  };
  const object = (at: Schema, depth: number): unknown => {
    const properties = Object.entries((at.properties ?? {}) as Record<string, Schema>);
    const required = new Set((at.required ?? []) as string[]);
    const shown = properties.filter(([name]) => required.has(name) || (all && depth < 4) || Object.hasOwn(hints, name));
    return Object.fromEntries(shown.map(([name, member]) => [name, make(member, name, depth + 1)]));
  };
  return make(schema, '', 0);
}

const singular = (name: string): string => name.replace(/s$/, '');

function text(at: Schema): string {
  const known = typeof at.format === 'string' ? byFormat[at.format] : undefined;
  if (known) return known;
  const value = typeof at.pattern === 'string' ? 'nightly' : 'text';
  return value.padEnd(typeof at.minLength === 'number' ? at.minLength : 0, 'x');
}

function number(at: Schema): number {
  if (typeof at.minimum === 'number') return at.minimum;
  if (typeof at.exclusiveMinimum === 'number') return at.exclusiveMinimum + 1;
  return 1;
}

/** Whether a value may stand here, as far as a glance tells; the tests hold every example against its whole schema. */
function fits(value: unknown, at: Schema, components: Readonly<Record<string, Schema>>): boolean {
  if (typeof at.$ref === 'string')
    return fits(value, components[at.$ref.replace('#/components/schemas/', '')] ?? {}, components);
  const options = (at.anyOf ?? at.oneOf) as Schema[] | undefined;
  if (options) return options.some((one) => fits(value, one, components));
  if (Array.isArray(at.enum)) return at.enum.includes(value);
  if (at.const !== undefined) return at.const === value;
  if (at.format !== undefined) return false;
  if (typeof at.pattern === 'string' && !(typeof value === 'string' && new RegExp(at.pattern, 'u').test(value)))
    return false;
  if (at.properties !== undefined) return false;
  const types = Array.isArray(at.type) ? at.type : at.type === undefined ? null : [at.type];
  return types === null || types.includes(typeOf(value)) || (types.includes('number') && typeof value === 'number');
}

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
