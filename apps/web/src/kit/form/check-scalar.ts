import type { SchemaIssue } from './schema-issue.ts';

type Keywords = Readonly<Record<string, unknown>>;
type Path = SchemaIssue['path'];

const numberIn = (schema: Keywords, keyword: string): number | undefined =>
  typeof schema[keyword] === 'number' ? schema[keyword] : undefined;

/** Beyond this no pattern is tried: a slow one would hold up the page. */
const longestForPattern = 5_000;

const formats: Readonly<Record<string, readonly [RegExp, string]>> = {
  email: [/^[^\s@]+@[^\s@]+$/, 'an email address'],
  uri: [/^[a-z][a-z\d+.-]*:\S+$/i, 'an address with its scheme, such as https://example.org'],
  url: [/^[a-z][a-z\d+.-]*:\S+$/i, 'an address with its scheme, such as https://example.org'],
  date: [/^\d{4}-\d\d-\d\d$/, 'a date, such as 2026-01-31'],
  time: [/^\d\d:\d\d(:\d\d(\.\d+)?)?(z|[+-]\d\d:\d\d)?$/i, 'a time, such as 08:30:00Z'],
  'date-time': [
    /^\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(\.\d+)?)?(z|[+-]\d\d:\d\d)?$/i,
    'a time, such as 2026-01-31T08:30:00Z',
  ],
  uuid: [/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'a UUID'],
  ipv4: [/^(\d{1,3}\.){3}\d{1,3}$/, 'an IPv4 address'],
};

export function checkString(value: string, schema: Keywords, path: Path): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const add = (keyword: string, message: string) => issues.push({ path, keyword, message });
  const length = [...value].length;
  const min = numberIn(schema, 'minLength');
  const max = numberIn(schema, 'maxLength');
  if (min !== undefined && length < min)
    add('minLength', min === 1 ? 'must not be empty' : `must have at least ${min} characters`);
  if (max !== undefined && length > max) add('maxLength', `must have at most ${max} characters`);
  if (typeof schema.pattern === 'string' && value.length <= longestForPattern && !fits(schema.pattern, value))
    add('pattern', `must match ${schema.pattern}`);
  const format =
    typeof schema.format === 'string' && Object.hasOwn(formats, schema.format) ? formats[schema.format] : undefined;
  if (format !== undefined && value.length <= longestForPattern && !format[0].test(value))
    add('format', `must be ${format[1]}`);
  return issues;
}

/** A pattern that is none lets everything pass. */
export function fits(pattern: string, value: string): boolean {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags).test(value);
    } catch {
      // Tried without the flag, then let pass.
    }
  }
  return true;
}

export function checkNumber(value: number, schema: Keywords, path: Path): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const add = (keyword: string, message: string) => issues.push({ path, keyword, message });
  const min = numberIn(schema, 'minimum');
  const max = numberIn(schema, 'maximum');
  const above = numberIn(schema, 'exclusiveMinimum');
  const below = numberIn(schema, 'exclusiveMaximum');
  const step = numberIn(schema, 'multipleOf');
  if (min !== undefined && value < min) add('minimum', `must be at least ${min}`);
  if (max !== undefined && value > max) add('maximum', `must be at most ${max}`);
  if (above !== undefined && value <= above) add('exclusiveMinimum', `must be more than ${above}`);
  if (below !== undefined && value >= below) add('exclusiveMaximum', `must be less than ${below}`);
  if (step !== undefined && step > 0 && !isMultiple(value, step)) add('multipleOf', `must be a multiple of ${step}`);
  return issues;
}

const isMultiple = (value: number, step: number): boolean => {
  const times = value / step;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
};
