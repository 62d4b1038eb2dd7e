import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';

/** A regular expression that a user wrote does not compile, or needs what a linear-time engine cannot do. */
export class PatternError extends Error {}

const compiled = new LRUCache<string, RE2JS>({ max: 500 });

/**
 * Compiles a user's pattern for an engine that takes time linear in its text. Throws PatternError. `toString` answers the
 * pattern: Ajv tells patterns apart by it.
 */
export const compilePattern = (pattern: string): { test(text: string): boolean; toString(): string } => {
  let held = compiled.get(pattern);
  if (held === undefined) {
    try {
      held = RE2JS.compile(RE2JS.translateRegExp(pattern));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PatternError(
        `The pattern ${JSON.stringify(pattern)} cannot be used: ${reason}. Patterns run on RE2, which has no look-around and no back-references.`,
      );
    }
    compiled.set(pattern, held);
  }
  const matcher = held;
  return { test: (text) => matcher.matcher(text).find(), toString: () => pattern };
};
