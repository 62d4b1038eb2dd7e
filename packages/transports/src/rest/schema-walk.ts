import * as z from 'zod';

/** Members of an object schema, through refinements and effects. */
export function membersOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape as Record<string, z.ZodType>;
  if (schema instanceof z.ZodPipe) return membersOf(schema.in as z.ZodType);
  return {};
}

/** The schema without what makes it optional, nullable or defaulted. */
export function bare(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return bare(schema.unwrap() as z.ZodType);
  return schema;
}

/** A text of a path or query as the schema's type; what does not fit stays a text, for Zod to judge. */
export function converted(schema: z.ZodType | undefined, text: unknown): unknown {
  if (schema === undefined) return text;
  const inner = bare(schema);
  if (inner instanceof z.ZodArray)
    return (Array.isArray(text) ? text : [text]).map((one) => converted(inner.element as z.ZodType, one));
  if (typeof text !== 'string') return text;
  if (inner instanceof z.ZodNumber) return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (inner instanceof z.ZodBoolean)
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  return text;
}
