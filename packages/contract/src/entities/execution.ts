import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const ExecutionStatus = z
  .enum(['pending', 'running', 'completed', 'failed', 'cancelled', 'timed_out'])
  .meta({ id: 'ExecutionStatus', description: 'Where an execution stands' });
export type ExecutionStatus = z.output<typeof ExecutionStatus>;

export const ExecutionError = z
  .object({
    class: z.string().describe('The class of the error: TypeError, HttpError, TimeoutError, …'),
    message: z.string(),
    stack: z.string().nullable().describe('In terms of the task’s own files'),
    line: z.int().nullable().describe('Line of the task’s own code, from 1'),
    file: z.string().nullable(),
    details: JsonValue.optional(),
  })
  .meta({ id: 'ExecutionError', description: 'Why an execution failed' });

export const Execution = z
  .object({
    id: Id,
    jobId: Id.nullable(),
    taskId: Id.nullable(),
    taskName: z.string(),
    taskVersion: z.string(),
    taskRevision: z.int(),
    status: ExecutionStatus,
    input: JsonValue,
    output: JsonValue.nullable(),
    error: ExecutionError.nullable(),
    progress: z.number().nullable().describe('0 to 1, as the task said'),
    progressMessage: z.string().nullable(),
    attempt: z.int().describe('From 1'),
    nodeId: Id.nullable(),
    triggeredBy: z.string(),
    outputs: z.array(Id).describe('Output destinations its output goes to, besides the global ones'),
    record: z.boolean().describe('Whether it is recorded, for replay'),
    replayOf: Id.nullable().describe('The recorded execution that it played again'),
    cachedFrom: Id.nullable().describe('The execution whose stored result it answered'),
    note: z.string().nullable().describe('What somebody wrote of it'),
    keep: z.boolean().describe('Not forgotten by time'),
    profile: z.boolean().describe('Whether the processor’s time is profiled, for a flame graph in its trace'),
    queuedAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
    durationMs: z.number().nullable(),
    revision: z.int(),
  })
  .meta({ id: 'Execution', description: 'One attempt to run a task' });
export type Execution = z.output<typeof Execution>;
export const ExecutionPage = pageOf(Execution, 'ExecutionPage');

export const LogLine = z
  .object({
    sequence: z.int().describe('Grows within the execution'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    data: JsonValue.optional(),
    time: Time,
  })
  .meta({ id: 'LogLine', description: 'One line of an execution’s log' });
export const LogPage = pageOf(LogLine, 'LogPage');

export const ExecutionEvent = z
  .object({
    sequence: z.int().describe('Resume after this one with Last-Event-ID'),
    type: z.enum(['state', 'log', 'progress']),
    executionId: Id,
    data: JsonValue,
    time: Time,
  })
  .meta({ id: 'ExecutionEvent', description: 'Something that happened in an execution' });

const durations = {
  averageDurationMs: z.number().nullable(),
  p50DurationMs: z.number().nullable().describe('Half of those that ran took no longer'),
  p95DurationMs: z.number().nullable(),
  p99DurationMs: z.number().nullable(),
};

export const TaskExecutionStats = z
  .object({
    taskId: Id.nullable(),
    taskName: z.string(),
    total: z.int(),
    completed: z.int(),
    failed: z.int().describe('Failed or timed out'),
    successRate: z.number().nullable().describe('Completed of those that ended, 0 to 1'),
    ...durations,
    lastQueuedAt: Time,
  })
  .meta({ id: 'TaskExecutionStats', description: 'Figures of one task’s executions' });

export const ExecutionStats = z
  .object({
    from: Time.nullable().describe('Counted are executions queued since then; null: all that are kept'),
    to: Time.nullable(),
    total: z.int(),
    byStatus: z.record(z.string(), z.int()),
    ...durations,
    p50QueueMs: z.number().nullable().describe('From queued to started'),
    p95QueueMs: z.number().nullable(),
    successRate: z.number().nullable().describe('Completed of those that ended, 0 to 1'),
    lastHour: z.int(),
    perTask: z.array(TaskExecutionStats).describe('The tasks with the most executions first, 50 at most'),
  })
  .meta({ id: 'ExecutionStats', description: 'Counts and durations over executions' });
export type ExecutionStats = z.output<typeof ExecutionStats>;
