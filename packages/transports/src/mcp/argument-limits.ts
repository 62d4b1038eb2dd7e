import { RatchetError } from '@ratchet/contract/errors';

/** Levels of objects and lists in one another. */
const depthLimit = 100;
const memberLimit = 1_000_000;

/**
 * Throws where arguments are larger or nested deeper than is worked on. It walks with a list of its own: a stack would be
 * the first thing that a hostile depth breaks.
 */
export function checkArguments(given: unknown, bytes: number): void {
  let members = 0;
  let length = 0;
  let level: unknown[] = [given];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthLimit) refuse(`Arguments may be nested ${depthLimit} levels deep, not more.`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') length += value.length;
      else if (Array.isArray(value)) for (const item of value) next.push(item);
      else if (value !== null && typeof value === 'object')
        for (const [key, member] of Object.entries(value)) {
          if (key === '__proto__') refuse('A member may not be named __proto__.');
          length += key.length;
          next.push(member);
        }
    }
    members += next.length;
    if (members > memberLimit || length > bytes)
      throw new RatchetError(
        'PAYLOAD_TOO_LARGE',
        `The arguments are too large: this tool takes ${Math.floor(bytes / 1024 / 1024)} MiB.`,
      );
    level = next;
  }
}

function refuse(message: string): never {
  throw new RatchetError('VALIDATION_FAILED', message, [{ path: '', message }]);
}

/** Whether something is nested deeper than any message need be. */
export function isTooDeep(value: unknown, levels = depthLimit * 2): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one) : []));
  }
  return false;
}
