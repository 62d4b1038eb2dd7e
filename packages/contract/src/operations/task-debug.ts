import * as z from 'zod';
import { Breakpoint, DebugSession, DebugStep, DebugTrace } from '../entities/debug.ts';
import { Id, JsonValue } from '../json.ts';
import { operation } from '../operation.ts';
import { byTask } from './task-reference.ts';

/** Debugging: as one call, and live. */
export const taskDebug = {
  debug: operation({
    name: 'tasks.debug',
    description: 'Run a task, stop at breakpoints, step, and answer what every stop showed',
    effect: 'write',
    permission: 'debug',
    input: z.object({
      ...byTask,
      input: JsonValue.default({}),
      breakpoints: z.array(Breakpoint).max(100).default([]),
      steps: z
        .array(DebugStep)
        .max(1000)
        .default([])
        .describe('What to do at each stop in turn; afterwards it goes on to the next breakpoint'),
      pauseOnExceptions: z.enum(['none', 'uncaught', 'all']).default('uncaught'),
      pauseOnEntry: z.boolean().default(false).describe('Stop at the first line of the task’s function'),
      watch: z.array(z.string().min(1).max(2000)).max(50).default([]).describe('Expressions to evaluate at each stop'),
      maxPauses: z.int().min(1).max(1000).default(100),
      timeoutMs: z.int().min(100).max(300_000).default(30_000),
    }),
    output: DebugTrace,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'TASK_INVALID', 'TASK_DISABLED', 'RATE_LIMITED'],
    example: {
      input: {
        id: '01912d68-783e-7a03-8467-5661c1243ad4',
        input: { items: [1] },
        breakpoints: [{ line: 1 }],
        steps: ['step_over'],
        watch: ['input.items'],
      },
    },
    rest: ['POST', '/tasks/{id}/debug'],
    graphql: 'debugTask',
    mcp: 'ratchet_debug_task_execution',
    targets: [{ kind: 'task', member: 'id' }],
    cli: 'task debug',
  }),
  startDebugSession: operation({
    name: 'tasks.startDebugSession',
    description: 'Begin a run that waits for Chrome DevTools or an editor to attach',
    effect: 'write',
    permission: 'debug',
    input: z.object({
      ...byTask,
      input: JsonValue.default({}),
      pauseOnEntry: z.boolean().default(true),
      timeoutMs: z.int().min(1000).max(3_600_000).default(600_000),
    }),
    output: DebugSession,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'TASK_INVALID', 'TASK_DISABLED', 'RATE_LIMITED'],
    rest: ['POST', '/tasks/{id}/debug-sessions'],
    graphql: 'startDebugSession',
    mcp: 'ratchet_start_debug_session',
    targets: [{ kind: 'task', member: 'id' }],
    cli: 'task debug --live',
  }),
  endDebugSession: operation({
    name: 'tasks.endDebugSession',
    description: 'End a debugged run',
    effect: 'write',
    permission: 'debug',
    input: z.object({ sessionId: Id }),
    output: z.void(),
    errors: ['NOT_FOUND'],
    rest: ['DELETE', '/debug-sessions/{sessionId}'],
    graphql: 'endDebugSession',
    mcp: 'ratchet_end_debug_session',
    cli: 'task end-debug',
  }),
} as const;
