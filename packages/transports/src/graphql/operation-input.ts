import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import * as z from 'zod';
import { shapeOf } from './zod-shape.ts';

/** Where a client says which part of a list it wants. */
export const Pagination = z
  .object({
    page: z.int().describe('Page number, from 1'),
    limit: z.int().describe('Items in a page, 1 to 1000; 25 without'),
    cursor: z.string().describe('Goes on where the page that answered this cursor ended'),
  })
  .meta({ id: 'Pagination', description: 'Which part of a list is wanted' });

const listMembers = ['page', 'limit', 'cursor'] as const;

/** Whether an operation answers its items a page at a time. */
export const isPaged = (operation: Operation): boolean => {
  const members = shapeOf(operation.input, 'input');
  return 'page' in members && 'limit' in members;
};

/** Whether all of an operation's members may come in one object: a name that a member of its own must not have. */
export const takesInputObject = (operation: Operation): boolean => {
  const members = shapeOf(operation.input, 'input');
  return operation.effect !== 'read' && Object.keys(members).length > 0 && !('input' in members);
};

/** The arguments of an operation's field, as schemas; `input` is added where it is taken. */
export function argumentsOf(operation: Operation): Record<string, z.ZodType> {
  const members = shapeOf(operation.input, 'input');
  if (!isPaged(operation)) return { ...members };
  const kept = Object.entries(members).filter(
    ([name]) => !operation.list || !(listMembers as readonly string[]).includes(name),
  );
  return { ...Object.fromEntries(kept), pagination: Pagination };
}

const twice = (name: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', `${name} is given twice: give it once.`, [
    { path: name, message: 'is given twice' },
  ]);

/** The input of an operation out of the arguments of its field. */
export function operationInput(operation: Operation, args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { pagination, ...rest } = args;
  const input: Record<string, unknown> = { ...rest };
  if (takesInputObject(operation) && args.input != null) {
    delete input.input;
    for (const [name, value] of Object.entries(args.input)) {
      if (name in input) throw twice(name);
      input[name] = value;
    }
  } else if (takesInputObject(operation)) delete input.input;
  if (isPaged(operation) && pagination != null) {
    const members = shapeOf(operation.input, 'input');
    for (const [name, value] of Object.entries(pagination)) {
      if (value === null) continue;
      if (name in input) throw twice(name);
      if (!(name in members))
        throw new RatchetError('VALIDATION_FAILED', `This list has no ${name}: use page and limit.`, [
          { path: name, message: 'is not a member of this list' },
        ]);
      input[name] = value;
    }
  }
  return input;
}
