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

/** The sandbox's code keeps data to the limit of a line, or to 1,000 characters that show it as JSON. */
const dataRoom = (lineBytes: number): number => Math.max(lineBytes, 10_000);

/** Passes a run's log lines on while they keep to the limits, and says once when it stops. */
export const createLogGate = (
  run: number,
  limits: Pick<RunnerLimits, 'logLines' | 'logLineBytes' | 'logBytes'>,
  send: (message: FromRunner) => void,
) => {
  let lines = 0;
  let size = 0;
  let full = false;
  return (payload: string): void => {
    if (full) return;
    lines += 1;
    size += payload.length;
    const time = Date.now();
    full = lines > limits.logLines || size > limits.logBytes;
    if (full) {
      const most = lines > limits.logLines ? `${limits.logLines} lines` : `${limits.logBytes} bytes`;
      const message = `The log of one execution has ${most}; what follows is dropped.`;
      send({ type: 'log', run, level: 'warn', message, time });
      return;
    }
    const line = JSON.parse(payload) as { level: unknown; message: unknown; data?: unknown };
    send({
      type: 'log',
      run,
      level: levels.has(line.level) ? (line.level as LogLevel) : 'info',
      message: cut(String(line.message), limits.logLineBytes),
      ...(typeof line.data === 'string' && line.data.length <= dataRoom(limits.logLineBytes)
        ? { data: line.data }
        : {}),
      time,
    });
  };
};
