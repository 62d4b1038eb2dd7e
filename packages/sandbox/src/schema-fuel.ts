import { _, type Ajv } from 'ajv';
import { compilePattern } from './safe-pattern.ts';

/** A value takes more steps to hold against a schema than the server gives to one. */
export class OutOfFuel extends Error {}

const most = 20_000_000;
/** Not a name that anybody gives to a keyword or a property. */
const keyword = 'x-ratchet-step';
/** What stands under these is data, or lists of names. */
const opaque = new Set(['enum', 'const', 'default', 'examples', 'required', 'dependentRequired', 'type']);

let left = 0;
const burn = (steps: number): void => {
  left -= steps;
  if (left < 0) throw new OutOfFuel();
};

/** Runs one validation with a full tank. Validation is synchronous, so that there is one at a time. */
export const withFuel = <Result>(validate: () => Result, steps = most): Result => {
  left = steps;
  return validate();
};

/** What stands under these is used once for each item or name of the value. */
const repeated = new Set([
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'propertyNames',
]);

/**
 * A copy of a schema that counts its steps when it is used. A part that holds no other parts and no lists takes no mark of its
 * own where it is used once: the part around it counts it. Where parts are kept by name, the mark is one more name, which
 * allows everything.
 */
export const fuelled = (schema: unknown, under = ''): unknown => {
  if (Array.isArray(schema)) return schema.map((part) => fuelled(part, under));
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.entries(schema).map(
    ([name, part]) => [name, opaque.has(name) ? part : fuelled(part, name)] as const,
  );
  const leaf = Object.values(schema).every((part) => typeof part !== 'object' || part === null);
  if (leaf && !repeated.has(under) && !('$ref' in schema) && !('$dynamicRef' in schema))
    return Object.fromEntries(copy);
  return Object.fromEntries([...copy, [keyword, true]]);
};

/** How many steps one use of a part is: what it lists is gone through each time. */
const costOf = (part: object): number => {
  let cost = 1;
  for (const held of Object.values(part)) {
    if (Array.isArray(held)) cost += held.length;
    else if (typeof held === 'object' && held !== null) cost += Object.keys(held).length;
  }
  return cost;
};

/** JSON with sorted keys: equal values have equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, held: unknown) =>
    typeof held === 'object' && held !== null && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );

/** Teaches an Ajv to count, and to tell whether items are unique in time that grows with their number only. */
export const installFuel = (ajv: Ajv): void => {
  ajv.addKeyword({
    keyword,
    code({ gen, parentSchema }) {
      // One function for all parts: a function for each takes Ajv time that grows with the square of the schema.
      gen.code(_`${gen.scopeValue('func', { ref: burn })}(${costOf(parentSchema)})`);
    },
  });
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have the same item twice' },
    validate(wanted: boolean, items: readonly unknown[]) {
      if (!wanted) return true;
      const seen = new Set<string>();
      for (const item of items) {
        const text = canonical(item);
        burn(1 + text.length / 10);
        if (seen.has(text)) return false;
        seen.add(text);
      }
      return true;
    },
  });
};

/** What Ajv calls for each `pattern`; `code` is for standalone output, which is not made here. */
export const countingPattern = Object.assign(
  (pattern: string) => {
    const compiled = compilePattern(pattern);
    return {
      test(text: string): boolean {
        // A linear engine is a slow one: a character costs as much as this many of the other steps.
        burn(1 + text.length * 25);
        return compiled.test(text);
      },
      toString: () => compiled.toString(),
    };
  },
  { code: 'countingPattern' },
);
