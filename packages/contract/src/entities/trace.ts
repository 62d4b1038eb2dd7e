import * as z from 'zod';
import { Id, JsonValue, Time } from '../json.ts';
import { ExecutionError } from './execution.ts';

export const Span = z
  .object({
    id: z.string().describe('Within the trace'),
    parentId: z.string().nullable(),
    name: z.string(),
    kind: z.enum(['execution', 'queue', 'compile', 'validate', 'run', 'http', 'log', 'store', 'delivery']),
    startMs: z.number().describe('Since the execution was queued'),
    durationMs: z.number(),
    attributes: z.record(z.string(), JsonValue),
    error: z.string().nullable(),
  })
  .meta({ id: 'Span', description: 'A stretch of an execution' });
export type Span = z.output<typeof Span>;

/** One frame of the flame graph; `value` counts itself and everything under it. */
export interface FlameFrame {
  name: string;
  file: string | null;
  line: number | null;
  /** Milliseconds. */
  value: number;
  self: number;
  children: FlameFrame[];
}
export const FlameFrame: z.ZodType<FlameFrame> = z
  .object({
    name: z.string(),
    file: z.string().nullable(),
    line: z.int().nullable(),
    value: z.number().describe('Milliseconds, those of its children included'),
    self: z.number().describe('Milliseconds of its own'),
    get children() {
      return z.array(FlameFrame);
    },
  })
  .meta({ id: 'FlameFrame', description: 'One frame of a flame graph' });

export const Trace = z
  .object({
    executionId: Id,
    queuedAt: Time,
    durationMs: z.number().nullable(),
    spans: z.array(Span),
    flame: FlameFrame.nullable().describe('Where the processor’s time went; only of executions that were profiled'),
  })
  .meta({ id: 'Trace', description: 'What an execution did over time' });
export type Trace = z.output<typeof Trace>;

export const Analysis = z
  .object({
    executionId: Id,
    error: ExecutionError.nullable(),
    category: z.string().describe('syntax, input, output, network, authentication, rate_limit, timeout, memory, …'),
    likelyCause: z.string(),
    source: z
      .object({
        file: z.string(),
        line: z.int(),
        lines: z.array(z.object({ line: z.int(), text: z.string() })),
      })
      .nullable()
      .describe('The line it happened at, with those around it'),
    similar: z
      .array(z.object({ executionId: Id, finishedAt: Time.nullable(), message: z.string() }))
      .describe('Earlier failures of the same kind, newest first'),
    occurrences: z.int().describe('Failures of the same kind in the last 30 days, this one included'),
    suggestions: z.array(z.string()).describe('What to do next, the best first'),
  })
  .meta({ id: 'Analysis', description: 'Why an execution failed and what to do' });
export type Analysis = z.output<typeof Analysis>;
