import * as z from 'zod';
import { Execution } from '../entities/execution.ts';
import { Analysis, Trace } from '../entities/trace.ts';
import { Id, JsonObject } from '../json.ts';
import { operation } from '../operation.ts';

const byId = { id: Id };

/** What an execution shows of itself once it has run. */
export const executionInsight = {
  trace: operation({
    name: 'executions.trace',
    description: 'What an execution did over time: spans, requests, and the flame graph of a profiled one',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Trace,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/executions/{id}/trace'],
    graphql: 'executionTrace',
    mcp: 'ratchet_get_execution_trace',
    targets: [{ kind: 'execution', member: 'id' }],
    cli: 'execution trace',
  }),
  analysis: operation({
    name: 'executions.analysis',
    description: 'Why an execution failed, the line it failed at, earlier failures of the kind, and what to do',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: Analysis,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['GET', '/executions/{id}/analysis'],
    graphql: 'executionAnalysis',
    mcp: 'ratchet_analyze_execution_error',
    targets: [{ kind: 'execution', member: 'id' }],
    cli: 'execution analyse',
  }),
  recording: operation({
    name: 'executions.recording',
    description: 'The requests of a recorded execution, as HTTP Archive 1.2',
    effect: 'read',
    permission: 'read',
    input: z.object(byId),
    output: JsonObject,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/executions/{id}/recording.har'],
    graphql: 'executionRecording',
    mcp: 'ratchet_get_execution_recording',
    targets: [{ kind: 'execution', member: 'id' }],
    cli: 'execution recording',
  }),
  replay: operation({
    name: 'executions.replay',
    description: 'Run a recorded execution again, with its code, input, clock and answers, without the network',
    effect: 'write',
    permission: 'run',
    input: z.object({
      ...byId,
      current: z.boolean().default(false).describe('Run the code as it is now against the recorded answers'),
      wait: z.boolean().default(true),
    }),
    output: Execution,
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'TASK_INVALID'],
    rest: ['POST', '/executions/{id}/replay'],
    graphql: 'replayExecution',
    mcp: 'ratchet_replay_execution',
    targets: [{ kind: 'execution', member: 'id' }],
    cli: 'replay',
    accepted: (execution) => execution.status === 'pending' || execution.status === 'running',
  }),
} as const;
