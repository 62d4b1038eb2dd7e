import { isRecord, type Schema } from './schema-ref.ts';

/** One thing wrong with a value. */
export interface SchemaIssue {
  /** Members and indexes from the whole to what is wrong. */
  readonly path: readonly (string | number)[];
  readonly keyword: string;
  readonly message: string;
}

export interface Check {
  readonly root: Schema;
  readonly depth: number;
  /** Checks a part of the value against a part of the schema. */
  readonly at: (value: unknown, schema: unknown, path: SchemaIssue['path']) => SchemaIssue[];
}

/** Whether two JSON values are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
