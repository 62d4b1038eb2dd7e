import { type Issue, RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { inputRules, type Rule } from './input-rules.ts';

/** Levels of lists and objects in an input, at most: what reads, checks and stores it goes down level by level. */
const mostLevels = 500;
const mostIssues = 100;

const rulesOf = new WeakMap<Operation, Rule>();

function ruleFor(operation: Operation): Rule {
  const known = rulesOf.get(operation);
  if (known !== undefined) return known;
  const rule = inputRules(operation.input, operation.ignoresAnswerMembers ? operation.output : null);
  rulesOf.set(operation, rule);
  return rule;
}

/** The input as the operation's handler takes it. Throws VALIDATION_FAILED with everything that is wrong with it. */
export function judgeInput(operation: Operation, given: unknown): unknown {
  const input = given ?? {};
  checkShape(input);
  const issues: Issue[] = [];
  ruleFor(operation)?.(input, '', issues);
  const result = operation.input.safeParse(input);
  if (!result.success)
    issues.unshift(...result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })));
  else if (issues.length === 0) return result.data;
  const shown = issues.slice(0, mostIssues);
  const said = shown
    .slice(0, 10)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
    .join(' ');
  throw new RatchetError('VALIDATION_FAILED', said, shown);
}

/** Looks at every object and list of a value, level by level, without going down itself. Throws VALIDATION_FAILED. */
function checkShape(value: unknown): void {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= mostLevels) throw refusal(`The input is nested deeper than ${mostLevels} levels.`);
    const next: object[] = [];
    for (const one of level) {
      if (Object.hasOwn(one, '__proto__')) throw refusal('A member may not be named __proto__.');
      for (const member of Array.isArray(one) ? one : Object.values(one))
        if (typeof member === 'object' && member !== null) next.push(member);
    }
    level = next;
  }
}

const refusal = (message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', message, [{ path: '', message }]);
