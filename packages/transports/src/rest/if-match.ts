import type { Caller, Dispatcher } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { pathMembers } from './route-path.ts';
import { membersOf } from './schema-walk.ts';

/** A strong ETag of ours is a revision. A weak one never matches; anything else is refused. */
export function revisionOf(match: string): number {
  const text = match.trim();
  const strong = text.match(/^"(\d{1,9})"$/);
  if (strong) return Number(strong[1]);
  if (/^W\/"[^"]*"$/.test(text))
    throw new RatchetError('REVISION_MISMATCH', 'If-Match compares strongly; a weak ETag never matches.');
  if (/^"[^"]*"$/.test(text)) throw new RatchetError('REVISION_MISMATCH', 'If-Match names no revision of this.');
  throw new RatchetError('VALIDATION_FAILED', 'If-Match must be one ETag as it was answered, such as "3", or *.', [
    { path: 'If-Match', message: 'is not an ETag' },
  ]);
}

/** The read whose answer has the ETag that If-Match of a path means: of the path itself, or of what it is below. */
export function readAbove(operations: readonly Operation[], path: string): Operation | null {
  const reads = operations.filter(
    ({ effect, rest, output, stream }) =>
      effect === 'read' && rest[0] === 'GET' && !stream && 'revision' in membersOf(output) && rest[1].includes('{'),
  );
  for (let at = path; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) {
    const read = reads.find(({ rest }) => rest[1] === at);
    if (read) return read;
  }
  return null;
}

/**
 * If-Match on an operation that takes no revision itself: what it is about is read first. A change in the moment between is
 * not seen; operations that must see it take `expectedRevision`.
 */
export async function checkIfMatch(
  match: string,
  read: Operation | null,
  input: Readonly<Record<string, unknown>>,
  dispatcher: Dispatcher,
  caller: Caller,
): Promise<void> {
  if (match.trim() === '*') return;
  if (!read)
    throw new RatchetError('VALIDATION_FAILED', 'If-Match means nothing here: leave it out.', [
      { path: 'If-Match', message: 'is not looked at here' },
    ]);
  const expected = revisionOf(match);
  const named = Object.fromEntries(pathMembers(read.rest[1]).map((name) => [name, input[name]]));
  const { revision } = (await dispatcher.call(read, named, caller)) as { revision: number };
  if (revision !== expected)
    throw new RatchetError('REVISION_MISMATCH', `It was changed in between: this is revision ${revision}.`, {
      currentRevision: revision,
    });
}
