import type { Input } from '@ratchet/contract/operation';
import type { taskDebug } from '@ratchet/contract/operations/task-debug';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { numberOf, readJson } from '../read-value.ts';
import { showDebugTrace } from '../show-debug-trace.ts';

type Wish = Input<typeof taskDebug.debug>;
type Breakpoint = NonNullable<Wish['breakpoints']>[number];
type Step = NonNullable<Wish['steps']>[number];

interface Options {
  readonly input: string;
  readonly break: readonly Breakpoint[];
  readonly watch: readonly string[];
  readonly step: readonly Step[];
  readonly exceptions: 'none' | 'uncaught' | 'all';
  readonly entry?: boolean;
  readonly maxPauses?: string;
  readonly timeout?: string;
  readonly live?: boolean;
}

const wrongUse = (message: string): Failed => new Failed(message, 2);

/** `6`, `rates.ts:7` or `rates.ts:7 if amount > 3`. */
function readBreakpoint(text: string): Breakpoint {
  const found = /^(?:(.+?):)?(\d+)(?:\s+if\s+(.+))?$/s.exec(text.trim());
  if (!found)
    throw wrongUse(`${JSON.stringify(text)} is no breakpoint. Write line, file:line or "file:line if condition".`);
  const [, file, line, condition] = found;
  return { line: Number(line), ...(file ? { file } : {}), ...(condition ? { condition } : {}) };
}

const steps: Readonly<Record<string, Step>> = {
  over: 'step_over',
  into: 'step_into',
  out: 'step_out',
  continue: 'continue',
};
function readSteps(text: string): Step[] {
  return text.split(',').map((word) => {
    const step = steps[word.trim()];
    if (!step) throw wrongUse(`${JSON.stringify(word)} is no step. Write over, into, out or continue.`);
    return step;
  });
}

const collect =
  <T>(read: (text: string) => T[]) =>
  (text: string, held: readonly T[]): T[] => [...held, ...read(text)];

/** `task debug` and `task end-debug`. */
export function debugCommands(task: Command, io: Io): void {
  example(
    task
      .command('debug <task>')
      .description('Run it, stop at breakpoints, and show what every stop sees; or wait for a debugger to attach.')
      .option('--input <json>', 'JSON, @file or - for standard input', '{}')
      .option(
        '--break <place>',
        'line, file:line or "file:line if condition"; may be given again',
        collect<Breakpoint>((text) => [readBreakpoint(text)]),
        [],
      )
      .option(
        '--watch <expression>',
        'shown at each stop; may be given again',
        collect<string>((text) => [text]),
        [],
      )
      .option(
        '--step <steps>',
        'what to do at each stop in turn: over, into, out, continue',
        collect<Step>(readSteps),
        [],
      )
      .addOption(choice('--exceptions <which>', 'stop at these', ['none', 'uncaught', 'all']).default('uncaught'))
      .option('--entry', 'stop at the first line of its function')
      .option('--max-pauses <n>', 'keep at most so many stops')
      .option('--timeout <ms>', 'end it after this time, pauses counted')
      .option('--live', 'wait for Chrome DevTools or an editor to attach, and print where')
      .action(async (given: string, options: Options, command: Command) => {
        const context = contextOf(command, io);
        const { client, out } = context;
        const id = await taskId(context, given);
        const input = (await readJson(options.input, io)) as Wish['input'];
        const shared = { id, input, ...(options.timeout ? { timeoutMs: numberOf('--timeout', options.timeout) } : {}) };
        if (options.live) {
          const session = await client.tasks.startDebugSession({ ...shared, pauseOnEntry: true });
          out.fields(session, {
            'DevTools (paste into Chrome)': session.devtoolsFrontendUrl,
            'WebSocket (for an editor)': session.webSocketDebuggerUrl,
            until: session.expiresAt,
            'to end it': `ratchet task end-debug ${session.id}`,
          });
          return;
        }
        const trace = await client.tasks.debug({
          ...shared,
          breakpoints: [...options.break],
          steps: [...options.step],
          watch: [...options.watch],
          pauseOnExceptions: options.exceptions,
          ...(options.entry ? { pauseOnEntry: true } : {}),
          ...(options.maxPauses ? { maxPauses: numberOf('--max-pauses', options.maxPauses) } : {}),
        });
        showDebugTrace(out, trace);
        if (trace.status !== 'completed')
          throw new Failed(`${trace.status}: ${trace.error?.class ?? ''}: ${trace.error?.message ?? ''}`);
      }),
    'task debug "Convert" --input \'{"amount":3}\' --break 6 --break "rates.ts:7 if amount > 2" --watch rate --step over,into',
    'task debug "Convert" --input \'{"amount":3}\' --live',
  );
  example(
    task
      .command('end-debug <session>')
      .description('End a run that waits for a debugger, or has one.')
      .action(async (sessionId: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        await client.tasks.endDebugSession({ sessionId });
        if (!out.json) out.line('Ended.');
      }),
    'task end-debug 01a1fd33-5246-7beb-bc29-795f9d85724a',
  );
}
