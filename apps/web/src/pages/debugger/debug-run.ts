import { type Breakpoint, breakpointKey } from './breakpoints.ts';
import type { CallFrame, Cdp, Evaluated, Paused, Properties, Property, RemoteObject, Scope } from './cdp.ts';
import { openCdp } from './cdp.ts';
import { mapOfUrl, type SourceMap } from './source-map.ts';

export type PauseOnExceptions = 'none' | 'uncaught' | 'all';

/** One frame of the stack; what awaited it has no id, since nothing of it is left to look at. */
export interface Frame {
  readonly id: string | null;
  readonly name: string;
  /** Null where the code is no file's of the task. */
  readonly file: string | null;
  readonly line: number;
  readonly scopes: readonly Scope[];
}
export interface ConsoleLine {
  readonly sequence: number;
  readonly kind: 'log' | 'debug' | 'warning' | 'error' | 'input' | 'output';
  readonly text: string;
  readonly value?: RemoteObject;
}
export interface RunEnd {
  readonly status: string;
  readonly output: unknown;
  readonly error: { readonly class: string; readonly message: string } | null;
  readonly durationMs: number | null;
}
export interface RunState {
  readonly phase: 'running' | 'paused' | 'ended';
  /** Counts the pauses, so that what was read at another is not shown. */
  readonly pause: number;
  readonly reason: string | null;
  readonly exception: RemoteObject | null;
  readonly frames: readonly Frame[];
  readonly console: readonly ConsoleLine[];
  readonly end: RunEnd | null;
  /** Lines that breakpoints came to, by their key; null: there is no code. */
  readonly places: ReadonlyMap<string, boolean>;
}

/** A run that this page debugs. */
export interface DebugRun {
  state(): RunState;
  subscribe(changed: () => void): () => void;
  resume(how: 'resume' | 'stepOver' | 'stepInto' | 'stepOut'): Promise<void>;
  pause(): Promise<void>;
  setBreakpoints(breakpoints: readonly Breakpoint[]): Promise<void>;
  setPauseOnExceptions(which: PauseOnExceptions): Promise<void>;
  /** What an expression comes to where the frame stands. `look`: it may change nothing. */
  evaluate(expression: string, frame: Frame | null, look: boolean): Promise<Evaluated>;
  /** Evaluates what was typed and writes both to the console. */
  enter(expression: string, frame: Frame | null): Promise<void>;
  membersOf(objectId: string): Promise<readonly Property[]>;
  close(): void;
}

const asyncDepth = 16;
const mostLines = 5000;
const watchMs = 1000;

/** What was thrown, without the frames of code that is not the task's. */
const withoutStack = (text: string): string => text.split(/\n\s+at /)[0] ?? text;

interface Script {
  readonly url: string;
  readonly map: SourceMap | null;
}

/** Attaches to a session, sets the breakpoints and lets the task begin. Rejects where it cannot attach. */
export async function openDebugRun(
  url: string,
  taskId: string,
  wish: { breakpoints: readonly Breakpoint[]; pauseOnExceptions: PauseOnExceptions },
): Promise<DebugRun> {
  let state: RunState = {
    phase: 'running',
    pause: 0,
    reason: null,
    exception: null,
    frames: [],
    console: [],
    end: null,
    places: new Map(),
  };
  const watchers = new Set<() => void>();
  const change = (next: Partial<RunState>): void => {
    state = { ...state, ...next };
    for (const watcher of watchers) watcher();
  };
  let sequence = 0;
  const write = (kind: ConsoleLine['kind'], text: string, value?: RemoteObject): void => {
    sequence += 1;
    const line = { sequence, kind, text, ...(value === undefined ? {} : { value }) };
    change({ console: [...state.console.slice(-mostLines + 1), line] });
  };

  const prefix = `ratchet://${taskId}/`;
  const fileOf = (address: string): string | null =>
    address.startsWith(prefix) ? decodeURI(address.slice(prefix.length)) : null;
  const scripts = new Map<string, Script>();
  const names = new Map<string, string>();
  const placeOf = (scriptId: string, line: number, column: number): Pick<Frame, 'file' | 'line'> => {
    const script = scripts.get(scriptId);
    if (!script) return { file: null, line: line + 1 };
    if (!script.map) return { file: fileOf(script.url), line: line + 1 };
    const place = script.map.placeOf(line, column);
    return place === null ? { file: null, line: line + 1 } : { file: fileOf(place.url), line: place.line };
  };
  const frameOf = ({ callFrameId, functionName, location, scopeChain }: CallFrame): Frame => ({
    id: callFrameId,
    name: functionName || '(anonymous)',
    ...placeOf(location.scriptId, location.lineNumber, location.columnNumber ?? 0),
    scopes: scopeChain,
  });
  const framesOf = ({ callFrames, asyncStackTrace }: Paused): Frame[] => {
    const frames = callFrames.map(frameOf);
    for (let behind = asyncStackTrace; behind !== undefined; behind = behind.parent)
      for (const { functionName, scriptId, lineNumber, columnNumber } of behind.callFrames)
        frames.push({
          id: null,
          name: `async ${functionName || '(anonymous)'}`,
          ...placeOf(scriptId, lineNumber, columnNumber),
          scopes: [],
        });
    // Frames of the runner's own code lie under those of the task; alone they are shown, so that a stop there is seen.
    const own = frames.filter(({ file }) => file !== null);
    return own.length > 0 ? own : frames;
  };

  const heard: Readonly<Record<string, (params: never) => void>> = {
    'Debugger.scriptParsed': ({
      scriptId,
      url: at,
      sourceMapURL = '',
    }: {
      scriptId: string;
      url: string;
      sourceMapURL?: string;
    }) => {
      const map = mapOfUrl(sourceMapURL);
      scripts.set(scriptId, { url: at, map });
      if (map === null) return;
      // Calls are made once the connection is known here.
      void Promise.resolve()
        .then(() => cdp.call<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }))
        .then(({ scriptSource }) => {
          for (const [written, original] of map.namesIn(scriptSource)) names.set(written, original);
        })
        .catch(() => undefined);
    },
    'Debugger.paused': (paused: Paused) =>
      change({
        phase: 'paused',
        pause: state.pause + 1,
        reason: paused.reason,
        exception: paused.reason === 'exception' || paused.reason === 'promiseRejection' ? (paused.data ?? null) : null,
        frames: framesOf(paused),
      }),
    'Debugger.resumed': () => change({ phase: 'running', reason: null, exception: null, frames: [] }),
    'Runtime.consoleAPICalled': ({ type, args }: { type: string; args: readonly RemoteObject[] }) => {
      const kind = type === 'debug' || type === 'warning' || type === 'error' ? type : 'log';
      write(kind, args.map(({ value, description }) => String(value ?? description ?? '')).join(' '));
    },
    'Ratchet.ended': (end: RunEnd) => change({ phase: 'ended', end, frames: [], reason: null, exception: null }),
  };
  const cdp: Cdp = await openCdp(url, {
    onEvent: (method, params) => heard[method]?.(params),
    onClose: () => {
      if (state.phase !== 'ended') change({ phase: 'ended', frames: [], reason: null, exception: null });
    },
  });

  const set = new Map<string, { readonly id: string; readonly condition: string }>();
  let wanted: readonly Breakpoint[] = [];
  let setting: Promise<void> = Promise.resolve();
  const place = async (): Promise<void> => {
    const active = new Map(wanted.filter(({ enabled }) => enabled).map((each) => [breakpointKey(each), each]));
    for (const [key, { id: breakpointId, condition }] of [...set]) {
      if (active.get(key)?.condition === condition) continue;
      set.delete(key);
      await cdp.call('Debugger.removeBreakpoint', { breakpointId });
    }
    const places = new Map<string, boolean>();
    for (const [key, { file, line, condition }] of active) {
      if (!set.has(key)) {
        const asked = { url: `${prefix}${encodeURI(file)}`, lineNumber: line - 1, columnNumber: 0, condition };
        try {
          const { breakpointId, locations } = await cdp.call<{ breakpointId: string; locations: readonly object[] }>(
            'Debugger.setBreakpointByUrl',
            asked,
          );
          set.set(key, { id: breakpointId, condition });
          places.set(key, locations.length > 0);
        } catch {
          places.set(key, false);
        }
      } else places.set(key, state.places.get(key) ?? true);
    }
    change({ places });
  };
  const setBreakpoints = (breakpoints: readonly Breakpoint[]): Promise<void> => {
    wanted = breakpoints;
    setting = setting.then(place, place).catch(() => undefined);
    return setting;
  };
  const evaluate: DebugRun['evaluate'] = (expression, frame, look) => {
    const asked = {
      expression,
      generatePreview: true,
      silent: true,
      ...(look ? { throwOnSideEffect: true, timeout: watchMs } : {}),
    };
    return frame?.id
      ? cdp.call<Evaluated>('Debugger.evaluateOnCallFrame', { ...asked, callFrameId: frame.id })
      : cdp.call<Evaluated>('Runtime.evaluate', asked);
  };

  await cdp.call('Runtime.enable');
  await cdp.call('Debugger.enable');
  await cdp.call('Debugger.setAsyncCallStackDepth', { maxDepth: asyncDepth });
  await cdp.call('Debugger.setPauseOnExceptions', { state: wish.pauseOnExceptions });
  await setBreakpoints(wish.breakpoints);
  await cdp.call('Runtime.runIfWaitingForDebugger');

  return {
    state: () => state,
    subscribe(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    resume: async (how) => void (await cdp.call(`Debugger.${how}`)),
    pause: async () => void (await cdp.call('Debugger.pause')),
    setBreakpoints,
    setPauseOnExceptions: async (which) => void (await cdp.call('Debugger.setPauseOnExceptions', { state: which })),
    evaluate,
    async enter(expression, frame) {
      write('input', expression);
      try {
        const { result, exceptionDetails } = await evaluate(expression, frame, false);
        if (exceptionDetails)
          write('error', withoutStack(exceptionDetails.exception?.description ?? exceptionDetails.text));
        else write('output', '', result);
      } catch (error) {
        write('error', error instanceof Error ? error.message : String(error));
      }
    },
    async membersOf(objectId) {
      const { result, internalProperties = [] } = await cdp.call<Properties>('Runtime.getProperties', {
        objectId,
        ownProperties: true,
        generatePreview: true,
      });
      return [...result, ...internalProperties]
        .filter(({ value, get }) => value !== undefined || get !== undefined)
        .map((member) => ({ ...member, name: names.get(member.name) ?? member.name }));
    },
    close: cdp.close,
  };
}
