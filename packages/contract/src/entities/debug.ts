import * as z from 'zod';
import { Id, JsonValue } from '../json.ts';
import { ExecutionError } from './execution.ts';

export const Breakpoint = z
  .object({
    line: z.int().min(1).describe('In the file as its author wrote it'),
    file: z.string().optional().describe('Within the task; its entry file without'),
    condition: z.string().max(2000).optional().describe('JavaScript; it stops only where this is true'),
  })
  .meta({ id: 'Breakpoint', description: 'Where to stop' });
export const DebugStep = z
  .enum(['continue', 'step_over', 'step_into', 'step_out'])
  .meta({ id: 'DebugStep', description: 'What to do at a pause' });

export const DebugVariable = z
  .object({
    name: z.string(),
    type: z.string(),
    value: z.string().describe('As a person reads it, cut short where it is long'),
    json: JsonValue.optional().describe('The value where it is JSON and small'),
  })
  .meta({ id: 'DebugVariable', description: 'A variable at a pause' });
export const DebugPause = z
  .object({
    reason: z.enum(['breakpoint', 'step', 'exception', 'debugger_statement', 'entry']),
    file: z.string(),
    line: z.int(),
    column: z.int(),
    function: z.string(),
    exception: z.string().nullable(),
    stack: z.array(z.object({ function: z.string(), file: z.string(), line: z.int(), column: z.int() })),
    scopes: z.array(z.object({ type: z.string(), variables: z.array(DebugVariable) })),
    watches: z.array(z.object({ expression: z.string(), value: z.string().nullable(), error: z.string().nullable() })),
    atMs: z.number().describe('Since the run began'),
  })
  .meta({ id: 'DebugPause', description: 'One stop of a debugged run' });
export const DebugTrace = z
  .object({
    taskId: Id,
    status: z.enum(['completed', 'failed', 'timed_out', 'cancelled']),
    output: JsonValue.nullable(),
    error: ExecutionError.nullable(),
    pauses: z.array(DebugPause),
    truncated: z.boolean().describe('Whether it stopped more often than was asked to be kept'),
    unreached: z.array(Breakpoint).describe('Breakpoints no code was found for, or that were never reached'),
    logs: z.array(z.object({ level: z.string(), message: z.string() })),
    durationMs: z.number(),
  })
  .meta({ id: 'DebugTrace', description: 'What a debugged run showed' });
export type DebugTrace = z.output<typeof DebugTrace>;

export const DebugSession = z
  .object({
    id: Id,
    taskId: Id,
    webSocketDebuggerUrl: z.string().describe('Attach Chrome DevTools or an editor here; the token in it works once'),
    devtoolsFrontendUrl: z.string(),
    expiresAt: z.string(),
    state: z.enum(['waiting', 'attached', 'ended']),
  })
  .meta({ id: 'DebugSession', description: 'A run that waits for a debugger' });
export type DebugSession = z.output<typeof DebugSession>;
