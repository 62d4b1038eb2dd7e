import type { Message } from 'esbuild';
import type { RunError } from './sandbox.ts';

/** Why code cannot be compiled: SyntaxError, or ImportError for an import that the sandbox does not offer. */
export class CompileError extends Error {
  readonly error: RunError;
  constructor(error: RunError) {
    super(error.message);
    this.name = 'CompileError';
    this.error = error;
  }
}

export const importErrorMark = 'ImportError';

/** Turns esbuild's first message into an error that names the author's file and line. */
export const fromMessages = (messages: readonly Message[]): CompileError => {
  const [first] = messages;
  const file = first?.location?.file.replace(/^task:/, '') ?? null;
  const line = first?.location?.line ?? null;
  const imported = first?.pluginName === importErrorMark;
  const message = first?.text ?? 'The code cannot be compiled.';
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : '';
  return new CompileError({
    class: imported ? 'ImportError' : 'SyntaxError',
    message: message + more,
    stack: null,
    file,
    line,
  });
};
