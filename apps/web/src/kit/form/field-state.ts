import { issuesOf } from '../state/error-words.ts';

export type FieldErrors<V> = { readonly [K in keyof V]?: string };

/** Whether two values of a field are the same, lists and objects by what they hold. */
export const sameValue = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/** The fields that differ from what they began as. */
export const dirtyFields = <V extends object>(initial: V, values: V): (keyof V & string)[] =>
  (Object.keys(values) as (keyof V & string)[]).filter((name) => !sameValue(initial[name], values[name]));

export interface ServerErrors<V> {
  /** By the fields that they are of. */
  readonly fields: FieldErrors<V>;
  /** What is of no field that is here. */
  readonly rest: readonly string[];
}

/**
 * What a VALIDATION_FAILED says, sorted to the fields of a form. An issue belongs to the field that its path begins with;
 * `names` gives the path of a field that is called otherwise in the input.
 */
export function serverErrors<V extends object>(
  error: unknown,
  values: V,
  names: { readonly [K in keyof V]?: string } = {},
): ServerErrors<V> {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  const paths = Object.keys(values)
    .map((name) => ({ name, path: (names as Record<string, string | undefined>)[name] ?? name }))
    .sort((a, b) => b.path.length - a.path.length);
  for (const issue of issuesOf(error)) {
    const text = issue.suggestion === undefined ? issue.message : `${issue.message} Did you mean ${issue.suggestion}?`;
    const field = paths.find(({ path }) => issue.path === path || issue.path.startsWith(`${path}.`));
    if (field === undefined) rest.push(issue.path === '' ? text : `${issue.path}: ${text}`);
    else {
      const inside = issue.path.slice(field.path.length + 1);
      const said = inside === '' ? text : `${inside}: ${text}`;
      fields[field.name] = fields[field.name] === undefined ? said : `${fields[field.name]} ${said}`;
    }
  }
  return { fields: fields as FieldErrors<V>, rest };
}
