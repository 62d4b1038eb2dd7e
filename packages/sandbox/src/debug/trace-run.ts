import type { RunResult } from '../sandbox.ts';
import { declaredNames } from '../script-shape.ts';
import { createAsyncSteps } from './async-steps.ts';
import {
  type AsyncStack,
  type CallFrame,
  type CdpClient,
  CdpEnded,
  CdpError,
  createCdpClient,
  type Evaluated,
  type Paused,
  type RemoteObject,
  type Scope,
  type ScriptParsed,
} from './cdp.ts';
import { createInspection } from './inspection.ts';
import type { DebugRun } from './open-debug-run.ts';
import { createScopeReader, type ShownScope } from './read-scopes.ts';
import { createShow } from './show-value.ts';
import { type Place, type Position, type SourcePlaces, sourcePlaces } from './source-places.ts';

export type Step = 'continue' | 'step_over' | 'step_into' | 'step_out';
export interface BreakpointPlan {
  readonly file: string;
  readonly line: number;
  readonly condition?: string | undefined;
}
export interface TracePlan {
  readonly breakpoints: readonly BreakpointPlan[];
  readonly steps: readonly Step[];
  readonly pauseOnExceptions: 'none' | 'uncaught' | 'all';
  /** As the run was opened with. */
  readonly pauseOnEntry: boolean;
  readonly watch: readonly string[];
  readonly maxPauses: number;
}
export interface Pause extends Place {
  readonly reason: 'breakpoint' | 'step' | 'exception' | 'debugger_statement' | 'entry';
  readonly function: string;
  readonly exception: string | null;
  readonly stack: readonly (Place & { readonly function: string })[];
  readonly scopes: readonly ShownScope[];
  readonly watches: readonly {
    readonly expression: string;
    readonly value: string | null;
    readonly error: string | null;
  }[];
  readonly atMs: number;
}
export interface Trace {
  readonly result: RunResult;
  readonly pauses: readonly Pause[];
  readonly truncated: boolean;
  /** Which breakpoints of the plan it stopped at, in the plan's order. */
  readonly reached: readonly boolean[];
}

const commands: Readonly<Record<Step, string>> = {
  continue: 'Debugger.resume',
  step_over: 'Debugger.stepOver',
  step_into: 'Debugger.stepInto',
  step_out: 'Debugger.stepOut',
};
const watchMs = 1000;
const mostFrames = 50;
/** Characters of all stops together, after which it stops no more. */
const mostText = 10_000_000;
/** Stacks that the engine keeps of what awaited the code that runs. */
const asyncDepth = 16;
/** Steps through code of ours, one after another, before the task is let go. */
const mostSkipped = 100;

/** Runs a task to its end and keeps what every stop showed. Rejects only where the sandbox itself is at fault. */
export const traceRun = async (run: DebugRun, plan: TracePlan): Promise<Trace> => {
  const { compiled, redactor } = run;
  const client = createCdpClient(run.send);
  run.listen(client.take);
  const places = sourcePlaces(compiled);
  const show = createShow(redactor);
  const readScopes = createScopeReader(client, show, redactor, places.names);
  const declared = compiled.kind === 'script' ? declaredNames(compiled.source) : [];
  const pauses: Pause[] = [];
  const reached = plan.breakpoints.map(() => false);
  /** Breakpoints of the plan by where they are, and by the engine's name for that. */
  const planned = new Map<string, number[]>();
  let truncated = false;
  let skipped = 0;
  /** Characters that the stops have as JSON. */
  let size = 0;
  let last: Step = 'continue';
  let began = performance.now();
  let fault: unknown = null;

  const taskScript = { id: '' };
  const asyncSteps = createAsyncSteps(client, compiled.source);
  const inspection = createInspection(client, plan.pauseOnEntry);
  client.on<ScriptParsed>('Debugger.scriptParsed', (script) => {
    if (script.url === compiled.filename) taskScript.id = script.scriptId;
  });
  const placeOf = (at: { scriptId: string; lineNumber: number; columnNumber?: number }): Place | null =>
    at.scriptId === taskScript.id ? places.placeOf(at) : null;

  const go = async (step: Step, from?: CallFrame): Promise<void> => {
    last = step;
    if (step !== 'continue' && from !== undefined) await asyncSteps.arm(from);
    await client.call(commands[step]);
  };

  /** Of several breakpoints at one place, whether it is this one's condition that holds. */
  const holds = async ({ callFrameId }: CallFrame, condition: string | undefined): Promise<boolean> => {
    if (condition === undefined) return true;
    const [shown] = await evaluate(client, callFrameId, [`!!(${condition}\n)`], show);
    return shown?.value === 'true';
  };

  const record = async (paused: Paused, frame: CallFrame, place: Place, isEntry: boolean): Promise<void> => {
    const hit = paused.hitBreakpoints?.flatMap((id) => planned.get(id) ?? []) ?? [];
    const thrown = paused.reason === 'exception' || paused.reason === 'promiseRejection';
    const pause: Pause = {
      ...place,
      reason: isEntry
        ? 'entry'
        : thrown
          ? 'exception'
          : hit.length > 0
            ? 'breakpoint'
            : last === 'continue'
              ? 'debugger_statement'
              : 'step',
      function: nameOf(frame),
      exception: thrown && paused.data !== undefined ? exceptionText(paused.data, show) : null,
      stack: stackOf(paused, placeOf),
      scopes: await readScopes(frame.scopeChain, declared, (scope) => isBundle(scope, places, taskScript.id)),
      watches: await evaluate(client, frame.callFrameId, plan.watch, show),
      atMs: performance.now() - began,
    };
    for (const at of hit) reached[at] ||= hit.length === 1 || (await holds(frame, plan.breakpoints[at]?.condition));
    pauses.push(pause);
    size += JSON.stringify(pause).length;
  };

  const onPaused = async (paused: Paused): Promise<void> => {
    if (await inspection.takeEntry(paused)) return;
    await asyncSteps.disarm();
    // The engine stops once more when memory runs out; the task's limit decides that.
    if (paused.reason === 'OOM') return go('continue');
    const isEntry = await inspection.isEntry(paused);
    const [top] = paused.callFrames;
    const found = paused.callFrames
      .map((frame) => ({ frame, place: placeOf(frame.location) }))
      .find((each): each is { frame: CallFrame; place: Place } => each.place !== null);
    const thrown = paused.reason === 'exception' || paused.reason === 'promiseRejection';
    const ours = top === undefined || placeOf(top.location) === null;
    if (found === undefined || (ours && !thrown)) {
      skipped += 1;
      // A step that ended in code of ours goes on until it is in the task's again.
      return go(last === 'continue' || skipped > mostSkipped ? 'continue' : 'step_over');
    }
    skipped = 0;
    if (pauses.length >= plan.maxPauses || size > mostText) {
      truncated = true;
      await client.call('Debugger.setSkipAllPauses', { skip: true });
      return go('continue');
    }
    await record(paused, found.frame, found.place, isEntry);
    return go(plan.steps[pauses.length - 1] ?? 'continue', found.frame);
  };
  const guarded = (work: Promise<void>): void => {
    work.catch((error) => {
      if (error instanceof CdpEnded) return;
      fault ??= error;
      run.end();
    });
  };

  client.on<Paused>('Debugger.paused', (paused) => guarded(onPaused(paused)));
  void run.result.then(client.end, client.end);
  const prepare = async (): Promise<void> => {
    await client.call('Runtime.enable');
    await client.call('Debugger.enable');
    await client.call('Debugger.setAsyncCallStackDepth', { maxDepth: asyncDepth });
    await inspection.ignore();
    await client.call('Debugger.setPauseOnExceptions', { state: plan.pauseOnExceptions });
    for (const [index, { file, line }] of plan.breakpoints.entries()) {
      const position = places.positionOf(file, line);
      if (position === null) continue;
      const key = JSON.stringify(position);
      planned.set(key, [...(planned.get(key) ?? []), index]);
    }
    for (const [key, indexes] of [...planned]) {
      // The engine keeps one breakpoint at a place.
      const conditions = indexes.map((index) => plan.breakpoints[index]?.condition ?? 'true');
      const condition = conditions.includes('true') ? '' : conditions.map((each) => `(${each}\n)`).join(' || ');
      const asked = { url: compiled.filename, ...(JSON.parse(key) as Position), condition };
      const { breakpointId } = await client.call<{ breakpointId: string }>('Debugger.setBreakpointByUrl', asked);
      planned.set(breakpointId, indexes);
    }
    began = performance.now();
    run.go();
  };
  guarded(prepare());
  const result = await run.result;
  if (fault !== null) throw fault;
  return { result, pauses, truncated, reached };
};

const nameOf = ({ functionName }: { readonly functionName: string }): string => functionName || '(anonymous)';

const exceptionText = (thrown: RemoteObject, show: ReturnType<typeof createShow>): string => show(thrown);

/** The scope of the function that a bundle wraps around all files begins on the first line, which is ours. */
const isBundle = (scope: Scope, places: SourcePlaces, script: string): boolean =>
  scope.startLocation?.scriptId === script &&
  scope.startLocation.lineNumber === 0 &&
  (scope.type === 'closure' || scope.type === 'local') &&
  places.placeOf(scope.startLocation) === null;

const stackOf = (
  paused: Paused,
  placeOf: (at: { scriptId: string; lineNumber: number; columnNumber?: number }) => Place | null,
): Pause['stack'] => {
  const stack: (Place & { function: string })[] = [];
  const add = (name: string, place: Place | null): void => {
    if (place !== null && stack.length < mostFrames) stack.push({ function: name, ...place });
  };
  for (const frame of paused.callFrames) add(nameOf(frame), placeOf(frame.location));
  for (let behind: AsyncStack | undefined = paused.asyncStackTrace; behind !== undefined; behind = behind.parent) {
    for (const frame of behind.callFrames) add(`async ${nameOf(frame)}`, placeOf(frame));
  }
  return stack;
};

/** Evaluates expressions where the task stands. They may look and not touch. */
const evaluate = async (
  client: CdpClient,
  callFrameId: string,
  expressions: readonly string[],
  show: ReturnType<typeof createShow>,
): Promise<Pause['watches']> => {
  const shown: Pause['watches'][number][] = [];
  for (const expression of expressions) {
    const asked = {
      callFrameId,
      expression,
      timeout: watchMs,
      throwOnSideEffect: true,
      generatePreview: true,
      silent: true,
    };
    try {
      const { result, exceptionDetails } = await client.call<Evaluated>('Debugger.evaluateOnCallFrame', asked);
      const error = exceptionDetails === undefined ? null : whyNot(exceptionDetails, show);
      shown.push({ expression, value: error === null ? show(result) : null, error });
    } catch (error) {
      if (!(error instanceof CdpError)) throw error;
      shown.push({ expression, value: null, error: plainly(error.message) });
    }
  }
  return shown;
};

const whyNot = (
  { text, exception }: NonNullable<Evaluated['exceptionDetails']>,
  show: ReturnType<typeof createShow>,
): string => plainly(exception === undefined ? text : show(exception));
const plainly = (said: string): string => {
  if (/Possible side-effect/.test(said)) return 'It might change something; a watch expression may only look.';
  return /terminated/i.test(said) ? `It took longer than ${watchMs} ms.` : said;
};
