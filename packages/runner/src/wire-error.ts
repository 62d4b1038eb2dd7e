import type { WireError } from './protocol.ts';

/** Names an error by its constructor, or by the first word of its stack where the copy across isolates lost the class. */
const classOf = (error: Error): string => {
  if (error.constructor !== Error && error.name !== '') return error.name;
  const named = /^(?:Uncaught )?([A-Za-z_$][\w$]*)(?=:|\n|$)/.exec(error.stack ?? '');
  return named?.[1] ?? 'Error';
};

/** Describes what left the guest uncaught: isolated-vm's copy of an error, or any other value. */
export const toWireError = (thrown: unknown): WireError =>
  thrown instanceof Error
    ? {
        class: classOf(thrown),
        message: thrown.message.slice(0, 20_000),
        stack: thrown.stack?.slice(0, 20_000) ?? null,
      }
    : { class: 'Error', message: String(thrown).slice(0, 20_000), stack: null };

export const limitError = (name: string, message: string): WireError => ({ class: name, message, stack: null });
