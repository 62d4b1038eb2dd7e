import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Settings } from './settings.ts';

const redact = ['*.authorization', '*.token', '*.password'];
const levels: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

/** The server's log, on standard error. */
export function serverLog({ level, format }: Settings['logging']): Logger {
  const out = destination(2);
  return pino({ level, redact }, format === 'json' ? out : readable(out));
}

/** Lines for people: time, level, message, and what else is said. */
export const readable = (out: DestinationStream): DestinationStream => ({
  write(line) {
    const {
      level,
      time,
      msg,
      pid: _pid,
      hostname: _hostname,
      err,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>;
    const more = Object.entries(rest).map(
      ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const { message, stack } = (err ?? {}) as { message?: string; stack?: string };
    const why = stack ?? message;
    out.write(
      `${new Date(Number(time)).toISOString()} ${(levels[Number(level)] ?? String(level)).padEnd(5)} ${msg ?? ''}${more.join('')}${why ? `\n  ${why.replaceAll('\n', '\n  ')}` : ''}\n`,
    );
  },
});
