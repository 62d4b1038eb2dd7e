import * as z from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Any JSON value. Opaque on purpose: a JSON Schema is data here, and Zod must not walk it. */
export const JsonValue = z.json().meta({ id: 'Json', description: 'Any JSON value' });
export const JsonObject = z.record(z.string(), z.json()).meta({ id: 'JsonObject', description: 'A JSON object' });
/** A JSON Schema: an object, or true or false. */
export const JsonSchema = z
  .union([z.record(z.string(), z.json()), z.boolean()])
  .meta({ id: 'JsonSchema', description: 'A JSON Schema (draft-07 or 2020-12)' });

export const Id = z.uuid().describe('The id, a UUID');
export const Time = z.iso.datetime({ offset: true }).describe('ISO 8601, UTC');
