import { writeSync } from 'node:fs';
import type { Io } from '../../context.ts';

/** Cursor, wrapping, paste mode and the screen that was there before, as a terminal has them when nobody draws on it. */
const usual = '\u001b[?25h\u001b[?7h\u001b[?2004l\u001b[?1049l\u001b[0m';

/**
 * Gives the terminal back as it was, whatever ends the process: a signal and an error that nobody caught too. `restore` when
 * the drawing has ended by itself.
 */
export function guardTerminal({ stdin, stdout }: Io) {
  const give = () => {
    try {
      if (!stdin.destroyed) stdin.setRawMode(false);
      writeSync((stdout as { fd?: number }).fd ?? 1, usual);
    } catch {
      // The terminal is gone.
    }
  };
  const fault = (error: unknown) => {
    give();
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  };
  const signalled = (code: number) => () => {
    give();
    process.exit(code);
  };
  const [terminated, hungUp] = [signalled(143), signalled(129)];
  process.on('exit', give);
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);
  process.on('SIGTERM', terminated);
  process.on('SIGHUP', hungUp);
  return {
    restore(): void {
      process.off('exit', give);
      process.off('uncaughtException', fault);
      process.off('unhandledRejection', fault);
      process.off('SIGTERM', terminated);
      process.off('SIGHUP', hungUp);
      if (!stdin.destroyed) stdin.setRawMode(false);
    },
  };
}
