import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** Entries in a page of tools, resources, templates and prompts. */
export const pageSize = 50;

/** One page of a list that is at hand whole. Throws invalid params for a cursor that no page answered. */
export function pageFrom<T>(items: readonly T[], cursor: string | undefined): { items: T[]; nextCursor?: string } {
  const start = cursor === undefined ? 0 : offsetOf(cursor);
  if (start > items.length) throw badCursor();
  const end = start + pageSize;
  return { items: items.slice(start, end), ...(end < items.length ? { nextCursor: cursorAt(end) } : {}) };
}

const cursorAt = (offset: number): string => Buffer.from(`from ${offset}`).toString('base64url');

function offsetOf(cursor: string): number {
  const found = /^from (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!found) throw badCursor();
  return Number(found[1]);
}

export const badCursor = (): ProtocolError =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'This cursor was not answered by a page of this list. Begin without one.',
  );
