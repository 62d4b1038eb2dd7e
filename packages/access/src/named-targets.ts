import type { Operation, Permission, TargetKind } from '@ratchet/contract/operation';

/** What an input names of one kind, and what is asked for there. */
export interface Named {
  readonly kind: TargetKind;
  readonly ids: readonly string[];
  readonly permission: Permission;
}

/** What a raw input names by the targets of its operation. What is no text, or no text of a database, is left to validation. */
export function namedTargets(operation: Operation, input: unknown, permission: Permission): Named[] {
  return (operation.targets ?? []).flatMap((target) => {
    const found: unknown[] = [];
    collect(input, target.member.split('.'), found);
    const ids = [...new Set(found.filter(isName))];
    return ids.length === 0 ? [] : [{ kind: target.kind, ids, permission: target.permission ?? permission }];
  });
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 1000 && !value.includes('\0') && value.isWellFormed();

function collect(value: unknown, [member, ...rest]: readonly string[], found: unknown[]): void {
  if (member === undefined) found.push(value);
  else if (member === '*') for (const item of Array.isArray(value) ? value : [value]) collect(item, rest, found);
  else if (value !== null && typeof value === 'object' && Object.hasOwn(value, member))
    collect((value as Record<string, unknown>)[member], rest, found);
}
