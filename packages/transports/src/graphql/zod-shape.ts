import { Id, Time } from '@ratchet/contract/json';
import { memberWords } from '@ratchet/contract/member-words';
import * as z from 'zod';

/** A schema without what wraps it, and whether null or nothing may stand there. */
export interface Unwrapped {
  readonly inner: z.ZodType;
  readonly nullable: boolean;
}

export function unwrap(schema: z.ZodType, io: 'input' | 'output'): Unwrapped {
  let [inner, nullable] = [schema, false];
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) nullable = true;
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodReadonly
    )
      inner = inner.unwrap() as z.ZodType;
    else if (inner instanceof z.ZodPipe)
      inner = (io === 'output' || inner.in instanceof z.ZodTransform ? inner.out : inner.in) as z.ZodType;
    else if (inner instanceof z.ZodLazy) inner = inner.unwrap() as z.ZodType;
    else return { inner, nullable };
  }
}

export const idOf = (schema: z.ZodType): string | undefined => schema.meta()?.id;

/** What the schema says of itself, or one that it wraps. */
function ownWords(schema: z.ZodType): string | undefined {
  for (let at = schema; ; ) {
    const words = at.meta()?.description;
    if (words) return words;
    if (
      at instanceof z.ZodOptional ||
      at instanceof z.ZodNullable ||
      at instanceof z.ZodDefault ||
      at instanceof z.ZodPrefault
    )
      at = at.unwrap() as z.ZodType;
    else if (at instanceof z.ZodPipe) at = at.out as z.ZodType;
    else return undefined;
  }
}

const formats = new Set([Id.meta()?.description, Time.meta()?.description]);

/** What a member is, for people. Undefined where neither its schema nor the vocabulary has a word for it. */
export function wordsFor(schema: z.ZodType, member: string): string | undefined {
  const [own, common] = [ownWords(schema), memberWords[member]];
  // `Id` and `Time` say how a value is written, and the vocabulary what it is.
  if (own && common && formats.has(own)) return `${common}. ${own}`;
  return own ?? common;
}

/** Members of an object schema, through refinements. */
export const shapeOf = (schema: z.ZodType, io: 'input' | 'output'): Readonly<Record<string, z.ZodType>> => {
  const { inner } = unwrap(schema, io);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
};

export const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
