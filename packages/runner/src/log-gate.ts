import type { FromRunner, LogLevel, RunnerLimits } from './protocol.ts';

const levels = new Set<unknown>(['debug', 'info', 'warn', 'error'] satisfies LogLevel[]);

/** Cuts text to a number of bytes of UTF-8 at a character's edge. */
const cut = (text: string, most: number): string => {
  if (Buffer.byteLength(text) <= most) return text;
  const bytes = Buffer.from(text);
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}… (cut at ${most} bytes)`;
};

/** Passes a run's log lines on while they keep to the limits, and says once when it stops. */
export const createLogGate = (
  run: number,
  limits: Pick<RunnerLimits, 'logLines' | 'logLineBytes'>,
  send: (message: FromRunner) => void,
) => {
  let lines = 0;
  return (payload: string): void => {
    lines += 1;
    const time = Date.now();
    if (lines > limits.logLines) {
      if (lines > limits.logLines + 1) return;
      const message = `The log of one execution has ${limits.logLines} lines; what follows is dropped.`;
      send({ type: 'log', run, level: 'warn', message, time });
      return;
    }
    const line = JSON.parse(payload) as { level: unknown; message: unknown; data?: unknown };
    send({
      type: 'log',
      run,
      level: levels.has(line.level) ? (line.level as LogLevel) : 'info',
      message: cut(String(line.message), limits.logLineBytes),
      ...(typeof line.data === 'string' ? { data: line.data } : {}),
      time,
    });
  };
};
