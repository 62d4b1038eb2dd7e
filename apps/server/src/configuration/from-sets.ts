import { RatchetError } from '@ratchet/contract/errors';

/** Settings that were given as `name=value`, by dotted name. Throws VALIDATION_FAILED for another form. */
export const fromSets = (sets: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    sets.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new RatchetError('VALIDATION_FAILED', '--set takes a setting and its value, such as server.port=9000.');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
