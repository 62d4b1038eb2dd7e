import * as z from 'zod';

/** A schema without what wraps it, and what may stand for nothing there. */
export function unwrapped(schema: z.ZodType, io: 'input' | 'output') {
  let inner = schema;
  let nullable = false;
  let optional = false;
  for (;;) {
    if (inner instanceof z.ZodOptional) optional = true;
    if (inner instanceof z.ZodNullable) nullable = true;
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault
    )
      inner = inner.unwrap() as z.ZodType;
    else if (inner instanceof z.ZodPipe)
      inner = (io === 'output' || inner.in instanceof z.ZodTransform ? inner.out : inner.in) as z.ZodType;
    else return { inner, nullable, optional };
  }
}

/** The members of an object schema, and of nothing else. */
export const membersOf = (schema: z.ZodType, io: 'input' | 'output'): Readonly<Record<string, z.ZodType>> => {
  const { inner } = unwrapped(schema, io);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
};

/**
 * A value, walked together with its schema: `text` is given every text that an enumeration describes, `name` every name
 * of a member. JSON that is a caller's own is left as it is.
 */
export function converted(
  schema: z.ZodType,
  value: unknown,
  by: {
    readonly text?: (options: readonly string[], text: string) => string;
    readonly name?: (name: string) => string;
  },
): unknown {
  const { inner } = unwrapped(schema, 'input');
  if (inner instanceof z.ZodEnum && typeof value === 'string')
    return by.text?.(inner.options.map(String), value) ?? value;
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => converted(inner.element as z.ZodType, item, by));
  if (!(inner instanceof z.ZodObject) || value === null || typeof value !== 'object' || Array.isArray(value))
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, one]) => {
      const of = (inner.shape as Record<string, z.ZodType>)[member];
      return [by.name?.(member) ?? member, of ? converted(of, one, by) : one];
    }),
  );
}
