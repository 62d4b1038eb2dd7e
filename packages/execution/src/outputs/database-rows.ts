import { unfit } from './delivery-error.ts';
import type { Message } from './message.ts';
import { variableNames, variablesOf } from './template-values.ts';

/** What a column's value can be taken from besides `row` and `output`, whole or with a member. */
const fixed = new Set(
  Object.entries(variableNames).flatMap(([name, members]) => members?.map((member) => `${name}.${member}`) ?? [name]),
);

/** What is wrong with the source of a column; null: nothing. */
export function columnSourceFault(source: string): string | null {
  const [first] = source.split('.');
  if (first === 'row' || first === 'output') {
    return source.split('.').some((part) => part === '') ? 'has an empty name in it.' : null;
  }
  return fixed.has(source)
    ? null
    : `is not known; there are row, row.<member>, output, output.<member>, ${[...fixed].join(', ')}.`;
}

/** The member at a dotted path; undefined where there is none. Only members of the value's own. */
function memberAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const part of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return at;
}

/** As a driver takes it: objects and arrays as JSON, what is not there as NULL. */
const asParameter = (value: unknown): string | number | boolean | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
};

export interface RowSettings {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: string;
  readonly keyColumns: readonly string[];
  readonly deliveryIdColumn?: string | undefined;
}

export interface TableRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

const mostRows = 100_000;

/** The rows a message becomes. Of several with the same key the last one counts. */
export function rowsOf(message: Message, settings: RowSettings): TableRows {
  const subject = memberAt({ output: message.output }, settings.rows.split('.'));
  if (subject === undefined && message.execution.status === 'completed')
    throw unfit(`The output has no ${settings.rows}, which becomes the rows.`);
  const elements: readonly unknown[] = Array.isArray(subject) ? subject : [subject ?? null];
  if (elements.length > mostRows)
    throw unfit(`The output has ${elements.length} rows; ${mostRows} can be delivered at once.`);
  const variables = { ...variablesOf(message), delivery: { id: message.deliveryId } };
  const columns = Object.keys(settings.columns);
  const sources = Object.values(settings.columns).map((source) => source.split('.'));
  const rows = elements.map((row) => sources.map((path) => asParameter(memberAt({ ...variables, row }, path))));
  const keys = settings.keyColumns.map((column) => columns.indexOf(column));
  const distinct =
    keys.length === 0
      ? rows
      : [...new Map(rows.map((row) => [JSON.stringify(keys.map((at) => row[at])), row])).values()];
  if (settings.deliveryIdColumn === undefined) return { columns, rows: distinct };
  return {
    columns: [...columns, settings.deliveryIdColumn],
    rows: distinct.map((row) => [...row, message.deliveryId]),
  };
}

/** Parts of a list, each of at most so many. */
export function* parts<T>(list: readonly T[], most: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += most) yield list.slice(at, at + most);
}
