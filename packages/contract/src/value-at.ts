/** What stands at a dotted path of a value, as an issue names it; undefined where nothing does. */
export const valueAt = (value: unknown, path: string): unknown =>
  path === ''
    ? value
    : path
        .split('.')
        .reduce<unknown>(
          (held, name) => (typeof held === 'object' && held !== null ? Reflect.get(held, name) : undefined),
          value,
        );
