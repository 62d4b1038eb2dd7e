import type { ErrorSchema } from '@rjsf/utils';

/** One thing wrong with a value; `path` is dotted, empty for the whole. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/** An issue that was found here; `kind` is the keyword of the schema. */
export interface LocalIssue extends FieldIssue {
  readonly kind: string;
}

/** Of what is wrong now: what was wrong before too, where the server says nothing of the field. */
export const shownIssues = (
  local: readonly LocalIssue[],
  before: readonly LocalIssue[],
  answered: readonly FieldIssue[],
): readonly LocalIssue[] =>
  local.filter(
    ({ path, message }) =>
      before.some((issue) => issue.path === path && issue.message === message) &&
      !answered.some((issue) => issue.path === path),
  );

/** Issues by their fields as rjsf takes them. The path may be dotted, with brackets, or a JSON pointer. */
export function errorSchemaOf(issues: readonly FieldIssue[]): ErrorSchema {
  const root: Record<string, unknown> = {};
  for (const { path, message } of issues) {
    let here = root;
    for (const part of partsOf(path)) {
      if (!Object.hasOwn(here, part)) here[part] = {};
      here = here[part] as Record<string, unknown>;
    }
    here.__errors = [...((here.__errors as string[] | undefined) ?? []), message];
  }
  return root as ErrorSchema;
}

export function partsOf(path: string): string[] {
  const parts = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return parts.filter((part) => part !== '' && part !== '__proto__' && part !== '__errors');
}

/** A value as JSON holds it: without members that are undefined. The same value where nothing is to leave out. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => (item === undefined ? null : withoutUndefined(item)));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => [key, withoutUndefined(member)] as const);
  const same = kept.length === entries.length && kept.every(([, member], index) => member === entries[index]![1]);
  return same ? value : Object.fromEntries(kept);
}
