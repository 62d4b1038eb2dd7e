import type { Issue } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';
import type * as z from 'zod';

/** What a value must hold to beyond what Zod judges; null: nothing. `path` is the dotted path of the value. */
export type Rule = ((value: unknown, path: string, issues: Issue[]) => void) | null;

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly catchall?: z.ZodType;
  readonly element?: z.ZodType;
  readonly items?: readonly z.ZodType[];
  readonly rest?: z.ZodType | null;
  readonly innerType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
}

const definitionOf = (schema: z.ZodType): Definition => (schema as unknown as { def: Definition }).def;

/**
 * Two rules that Zod does not know, worked out from a schema once. Members that a schema does not name are refused (Zod
 * would drop them in silence); where `answer` is given, members that it names are let through, to be dropped. Text is
 * refused that a database or a file in UTF-8 cannot keep: the character NUL, and half a character. JSON that is a
 * caller's own (a task's input) is left alone.
 */
export function inputRules(schema: z.ZodType, answer: z.ZodType | null): Rule {
  const def = definitionOf(schema);
  const answered = answer && bareDefinition(answer);
  switch (def.type) {
    case 'string':
      return text;
    case 'object':
      return objectRule(def, answered);
    case 'array': {
      const item = inputRules(def.element as z.ZodType, (answered?.type === 'array' && answered.element) || null);
      return item && ((value, path, issues) => eachOf(value, item, path, issues));
    }
    case 'tuple': {
      const rules = (def.items ?? []).map((item) => inputRules(item, null));
      const rest = def.rest ? inputRules(def.rest, null) : null;
      return (value, path, issues) => {
        if (Array.isArray(value))
          for (const [i, one] of value.entries()) (rules[i] ?? rest)?.(one, join(path, i), issues);
      };
    }
    case 'record':
      return recordRule(def.valueType as z.ZodType);
    case 'union':
      return unionRule(def.options ?? [], answer);
    case 'pipe':
      return inputRules(
        (definitionOf(def.in as z.ZodType).type === 'transform' ? def.out : def.in) as z.ZodType,
        answer,
      );
    case 'intersection':
      throw new Error('An input made of an intersection cannot be judged: write one object.');
    default:
      return def.innerType ? inputRules(def.innerType, answer) : null;
  }
}

function bareDefinition(schema: z.ZodType): Definition {
  const def = definitionOf(schema);
  return def.innerType ? bareDefinition(def.innerType) : def;
}

const join = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);

const text: Rule = (value, path, issues) => {
  if (typeof value !== 'string') return;
  if (value.includes('\0')) issues.push({ path, message: 'holds the character NUL, which text cannot keep' });
  else if (!value.isWellFormed()) issues.push({ path, message: 'holds half a character (a lone surrogate)' });
};

function eachOf(value: unknown, rule: NonNullable<Rule>, path: string, issues: Issue[]): void {
  if (Array.isArray(value)) for (const [i, one] of value.entries()) rule(one, join(path, i), issues);
}

function objectRule({ shape = {}, catchall }: Definition, answered: Definition | null): Rule {
  const known = Object.keys(shape);
  const tolerated = answered?.type === 'object' ? (answered.shape ?? {}) : {};
  const open = catchall !== undefined && definitionOf(catchall).type !== 'never';
  const rules = new Map(
    known.map((name) => [
      name,
      inputRules(shape[name] as z.ZodType, Object.hasOwn(tolerated, name) ? (tolerated[name] as z.ZodType) : null),
    ]),
  );
  return (value, path, issues) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
    const strangers: string[] = [];
    for (const name of Object.keys(value)) {
      if (rules.has(name)) rules.get(name)?.((value as Record<string, unknown>)[name], join(path, name), issues);
      else if (!open && !Object.hasOwn(tolerated, name)) strangers.push(name);
    }
    for (const name of strangers.slice(0, 20)) issues.push(stranger(name, path, known));
    if (strangers.length > 20)
      issues.push({ path, message: `has ${strangers.length - 20} more members that are not known here` });
  };
}

function stranger(name: string, path: string, known: readonly string[]): Issue {
  const shown = name.length > 100 ? `${name.slice(0, 100).toWellFormed()}…` : name.toWellFormed();
  const meant = nearestName(name, known);
  const instead = meant
    ? `did you mean ${meant}?`
    : known.length > 0
      ? `there are ${known.join(', ')}.`
      : 'there are no members.';
  return {
    path: join(path, shown),
    message: `is not known here; ${instead}`,
    ...(meant ? { suggestion: meant } : {}),
  };
}

/** Values of a record that are JSON are kept as `jsonb`, which cannot hold NUL either. */
function recordRule(valueType: z.ZodType): Rule {
  const rule = definitionOf(valueType).type === 'lazy' ? plainJson : inputRules(valueType, null);
  return (value, path, issues) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
    for (const [name, one] of Object.entries(value)) {
      text?.(name, path, issues);
      rule?.(one, join(path, name), issues);
    }
  };
}

const plainJson: Rule = (value, path, issues) => {
  const waiting: unknown[] = [value];
  const found: Issue[] = [];
  while (waiting.length > 0 && found.length === 0) {
    const one = waiting.pop();
    if (typeof one === 'string') text?.(one, path, found);
    else if (one !== null && typeof one === 'object')
      for (const [name, member] of Object.entries(one)) {
        text?.(name, path, found);
        waiting.push(member);
      }
  }
  issues.push(...found);
};

/** The rules of the option that Zod takes: the first one that fits. Where none does, Zod says so itself. */
function unionRule(options: readonly z.ZodType[], answer: z.ZodType | null): Rule {
  const rules = options.map((option) => inputRules(option, answer));
  if (rules.every((rule) => rule === null)) return null;
  if (rules.every((rule) => rule === null || rule === text)) return text;
  return (value, path, issues) => {
    const taken = options.findIndex((option) => option.safeParse(value).success);
    rules[taken]?.(value, path, issues);
  };
}
