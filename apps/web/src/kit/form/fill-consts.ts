import { checkSchema } from './schema-check.ts';
import { isRecord, resolveRef, type Schema } from './schema-ref.ts';

const deepest = 20;

/**
 * A value with the members that only say which choice of a `oneOf` or `anyOf` it is (`kind: 'file'`), where what is filled in
 * fits one choice but for them. Nothing else is added, and the same value is answered where there is nothing to add.
 */
export const fillConsts = (value: unknown, schema: unknown): unknown =>
  isRecord(schema) ? fill({ value, schema, depth: 0 }, schema) : value;

interface Place {
  readonly value: unknown;
  readonly schema: unknown;
  readonly depth: number;
}

function fill({ value, schema, depth }: Place, root: Schema): unknown {
  if (!isRecord(schema) || depth > deepest) return value;
  const next = (part: unknown, under: unknown) => fill({ value: part, schema: under, depth: depth + 1 }, root);
  if (typeof schema.$ref === 'string') return next(value, resolveRef(schema.$ref, root));
  if (Array.isArray(value)) {
    if (!isRecord(schema.items)) return value;
    const items = value.map((item) => next(item, schema.items));
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  if (!isRecord(value)) return value;
  let filled: Record<string, unknown> = value;
  const choices = [schema.oneOf, schema.anyOf].find(Array.isArray);
  if (choices !== undefined && Object.keys(value).length > 0) filled = withChoice(value, choices, root);
  for (const [name, under] of Object.entries(isRecord(schema.properties) ? schema.properties : {})) {
    if (!Object.hasOwn(filled, name)) continue;
    const part = next(filled[name], under);
    if (part !== filled[name]) filled = { ...filled, [name]: part };
  }
  return filled;
}

function withChoice(
  value: Record<string, unknown>,
  choices: readonly unknown[],
  root: Schema,
): Record<string, unknown> {
  const candidates: Record<string, unknown>[] = [];
  for (const choice of choices) {
    const option = isRecord(choice) && typeof choice.$ref === 'string' ? resolveRef(choice.$ref, root) : choice;
    const issues = checkSchema(value, option, root);
    if (issues.length === 0) return value;
    const properties = isRecord(option) && isRecord(option.properties) ? option.properties : {};
    const consts: Record<string, unknown> = {};
    for (const { path, keyword } of issues) {
      const under = properties[String(path[0])];
      if (keyword !== 'required' || path.length !== 1 || !isRecord(under) || !('const' in under)) break;
      consts[String(path[0])] = under.const;
    }
    if (Object.keys(consts).length === issues.length) candidates.push(consts);
  }
  const [only] = candidates;
  return candidates.length === 1 && only !== undefined ? { ...only, ...value } : value;
}
