import { type Inspector, openInspector } from './debug-inspector.ts';
import type { Isolates, LoadedCode } from './isolate.ts';
import type { FromRunner, ToRunner } from './protocol.ts';
import { type ActiveRun, startRun } from './run.ts';

type RunMessage = Extract<ToRunner, { type: 'run' }>;

/** The one run of a process that a debugger is attached to. */
export interface DebuggedRun extends ActiveRun {
  /** Lets the task begin. */
  go(): void;
  inspect(message: string): void;
}

/** Makes an isolate of its own with an inspector, which takes messages from now on; the task begins at `go`. */
export const prepareDebuggedRun = (
  plan: RunMessage,
  isolates: Isolates,
  send: (message: FromRunner) => void,
  onEnd: () => void,
): DebuggedRun => {
  if (plan.code === undefined) throw new Error('A debugged run brings its code.');
  const made = isolates.load(plan.code, plan.limits.memoryMb, true);
  made.prepare();
  const inspector: Inspector = openInspector(made, plan.run, send);
  // An isolate that goes while a debugger is connected to it locks this thread, or breaks the process if something is being
  // evaluated. The process is ended after its one run anyway.
  const loaded: LoadedCode = { ...made, dispose: () => undefined };
  let active: ActiveRun | null = null;
  const end = (): void => {
    inspector.close();
    onEnd();
  };
  return {
    run: plan.run,
    go() {
      active ??= startRun(plan, loaded, send, end, inspector.held);
    },
    inspect: inspector.dispatch,
    cancel: () => active?.cancel(),
    answer: (request, answer) => active?.answer(request, answer),
    fail: (outcome) => active?.fail(outcome),
  };
};
