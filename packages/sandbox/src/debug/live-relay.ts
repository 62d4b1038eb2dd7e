import { bootName } from '@ratchet/runner/protocol';
import { PatternError } from '../safe-pattern.ts';
import type { RunLog, TaskCode } from '../sandbox.ts';
import { isAllowed } from './allowed-methods.ts';
import { createAsyncSteps } from './async-steps.ts';
import { type CallFrame, CdpEnded, CdpError, createCdpClient, type Paused } from './cdp.ts';
import { createInspection } from './inspection.ts';
import { createLiveFiles } from './live-files.ts';
import type { DebugRun } from './open-debug-run.ts';

type Json = Record<string, unknown>;

/** One attached debugger's side of a run. */
export interface LiveRelay {
  /** Takes a message of the debugger; one that cannot be understood is answered with an error. */
  take(message: string): void;
  /** Shows a log line of the task in the debugger's console. */
  log(line: RunLog): void;
  /** Says how the run ended. */
  ended(end: LiveEnd): void;
}

/** How a run with an attached debugger ended. */
export interface LiveEnd {
  readonly status: string;
  readonly output: unknown;
  readonly error: { readonly class: string; readonly message: string } | null;
  readonly durationMs: number;
}

export interface LiveOptions {
  readonly code: TaskCode;
  /** Names the task in the addresses of its files. */
  readonly taskId: string;
  readonly pauseAtEntry: boolean;
  readonly send: (message: string) => void;
}

const steps = new Set(['Debugger.stepOver', 'Debugger.stepInto', 'Debugger.stepOut']);
const consoleTypes = { debug: 'debug', info: 'log', warn: 'warning', error: 'error' } as const;
const events = ['Debugger', 'Runtime', 'Profiler', 'Console'];
/** Members that hold a value or a text of the task's, where a secret may stand. */
const shownMembers = new Set(['value', 'description', 'text', 'scriptSource', 'unserializableValue', 'lineContent']);
/** Objects that a debugger can name, at most; the oldest are forgotten. */
const mostShown = 200_000;
/** Messages that are being answered, at most. */
const mostUnanswered = 1000;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/**
 * Joins an attached debugger with the isolate. What passes is checked both ways: only allowed methods go in, only objects
 * that were shown before can be named, frames and scopes of the injected globals are left out, addresses are the task's
 * own, secrets are redacted.
 */
export const createLiveRelay = (run: DebugRun, options: LiveOptions): LiveRelay => {
  const { compiled, redactor } = run;
  const { send } = options;
  const client = createCdpClient(run.send);
  const inspection = createInspection(client, options.pauseAtEntry);
  const asyncSteps = createAsyncSteps(client, compiled.source);
  /** The frame that it is paused in. */
  let top: CallFrame | null = null;
  const files = createLiveFiles(compiled, options.code, options.taskId);
  /** Objects and frames that the debugger was shown. Their names can be guessed, so that only these are let through. */
  const shown = new Set<string>();
  let context: number | null = null;
  let started = false;
  let unanswered = 0;

  const remember = (name: string): void => {
    shown.add(name);
    if (shown.size > mostShown) for (const oldest of shown) return void shown.delete(oldest);
  };
  /**
   * A copy for the debugger: addresses of its world, nothing of ours, no secret. The `value` of what has a type is plain
   * data of the task's own, in which nothing is the name of an object, whatever it looks like.
   */
  const outward = (value: unknown, member = '', within: Json = {}): unknown => {
    const plain = member === 'value' ? typeof within.type === 'string' : shownMembers.has(member);
    if (plain) return redactor.json(value);
    if (Array.isArray(value)) return value.filter((each) => !isHidden(each)).map((each) => outward(each));
    if (!isObject(value)) {
      if (member === 'url' && value === compiled.filename) return files.scriptUrl;
      if (typeof value === 'string' && (member === 'objectId' || member === 'callFrameId')) remember(value);
      return value;
    }
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, outward(held, name, value)]));
  };
  const isHidden = (value: unknown): boolean => {
    if (!isObject(value)) return false;
    if (value.name === '[[Scopes]]') return true;
    const at = isObject(value.location) ? value.location.scriptId : value.scriptId;
    return typeof at === 'string' && 'functionName' in value && inspection.isBoot(at);
  };
  const emit = (method: string, params: unknown): void => send(JSON.stringify({ method, params }));

  const onPaused = async (paused: Paused): Promise<void> => {
    if (await inspection.takeEntry(paused)) return;
    await inspection.isEntry(paused);
    const hitBreakpoints = paused.hitBreakpoints?.filter((id) => !asyncSteps.isArmed(id)) ?? [];
    await asyncSteps.disarm();
    top = paused.callFrames[0] ?? null;
    const params = outward({ ...paused, hitBreakpoints }) as { callFrames: unknown[] };
    if (params.callFrames.length > 0) emit('Debugger.paused', params);
    else await client.call('Debugger.resume');
  };
  const onEvent = (method: string, params: Json): void => {
    if (method === 'Debugger.paused') {
      onPaused(params as unknown as Paused).catch((error) => {
        if (!(error instanceof CdpEnded)) run.end();
      });
      return;
    }
    if (method === 'Debugger.scriptParsed' || method === 'Debugger.scriptFailedToParse') {
      if (inspection.isBoot(String(params.scriptId))) return;
      const mine = params.url === compiled.filename;
      emit(method, { ...(outward(params) as Json), ...(mine ? { sourceMapURL: files.sourceMapUrl } : {}) });
      return;
    }
    if (method === 'Runtime.executionContextCreated') {
      const made = params.context as { id: number; name: string };
      // The other one is the engine's own, empty.
      if (made.name === 'default') return;
      context = made.id;
      emit(method, { context: { ...made, name: 'task', origin: `ratchet://${options.taskId}` } });
      return;
    }
    emit(method, outward(params));
  };
  client.onAny((method, params) => {
    if (events.includes(method.split('.')[0] ?? '')) onEvent(method, params as Json);
  });

  /** Refuses what names an object that was never shown. */
  const check = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) check(each);
    if (!isObject(value)) return;
    for (const [name, held] of Object.entries(value)) {
      const named = (name === 'objectId' || name === 'callFrameId') && typeof held === 'string';
      if (named && !shown.has(held)) throw new CdpError('Could not find object with given id');
      check(held);
    }
  };
  /** A breakpoint by an address of the debugger's world, as the engine is to set it. */
  const placed = ({ url, urlRegex, lineNumber, columnNumber = 0, condition = '' }: Json): Json => {
    const wanted = typeof urlRegex === 'string' ? findFile(urlRegex) : String(url);
    const at = { lineNumber: Number(lineNumber), columnNumber: Number(columnNumber) };
    const position = wanted === null ? null : files.positionIn(wanted, at.lineNumber, at.columnNumber);
    if (position !== null) return { url: compiled.filename, ...position, condition };
    // Files of other tasks, or code that the task evaluates under a name of its own; never ours.
    return {
      url: wanted === null || wanted === bootName ? `none:${String(urlRegex ?? url)}` : wanted,
      ...at,
      condition,
    };
  };
  const findFile = (pattern: string): string | null => {
    try {
      return files.find(pattern);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new CdpError(error.message);
    }
  };
  const inward = (method: string, params: Json): Json => {
    check(params);
    if (method === 'Debugger.setBreakpointByUrl') return placed(params);
    // A condition is evaluated where its breakpoint is, so that none may be in our code.
    if (isObject(params.location) && inspection.isBoot(String(params.location.scriptId)))
      throw new CdpError('No script for id');
    // The command line's own functions set breakpoints too.
    const rest = 'includeCommandLineAPI' in params ? { ...params, includeCommandLineAPI: false } : params;
    const contextual = [
      'Runtime.evaluate',
      'Runtime.compileScript',
      'Runtime.runScript',
      'Runtime.globalLexicalScopeNames',
    ];
    if (!contextual.includes(method) || context === null) return rest;
    const name = method === 'Runtime.evaluate' ? 'contextId' : 'executionContextId';
    return 'uniqueContextId' in rest ? rest : { [name]: context, ...rest };
  };

  const perform = async (method: string, given: Json): Promise<unknown> => {
    if (!isAllowed(method)) throw new CdpError(`'${method}' wasn't found`);
    const params = inward(method, given);
    if (method === 'Debugger.setBlackboxPatterns') {
      const { patterns } = params;
      await inspection.ignore(Array.isArray(patterns) ? patterns.filter((each) => typeof each === 'string') : []);
      return {};
    }
    if (steps.has(method) && top !== null) await asyncSteps.arm(top);
    const result = await client.call<unknown>(method, params);
    if (method === 'Debugger.enable') await inspection.ignore();
    if (method === 'Runtime.runIfWaitingForDebugger' && !started) {
      started = true;
      run.go();
    }
    return outward(result);
  };
  const answer = async (id: unknown, method: string, params: Json): Promise<void> => {
    try {
      send(JSON.stringify({ id, result: await perform(method, params) }));
    } catch (error) {
      if (error instanceof CdpEnded) return;
      const known = error instanceof CdpError;
      const code = known && error.message.endsWith("wasn't found") ? -32601 : -32000;
      send(JSON.stringify({ id, error: { code, message: known ? error.message : 'It cannot be done.' } }));
    }
  };

  run.listen(client.take);
  void run.result.then(client.end, client.end);
  const say = (type: string, text: string): void => {
    if (context === null) return;
    const args = [{ type: 'string', value: text }];
    emit('Runtime.consoleAPICalled', { type, args, executionContextId: context, timestamp: Date.now() });
  };
  return {
    take(text) {
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        message = null;
      }
      const { id, method, params = {} } = isObject(message) ? message : ({} as Json);
      if (!Number.isSafeInteger(id) || typeof method !== 'string' || !isObject(params)) {
        const error = { code: -32600, message: 'A message has an integer id, a method and an object of params.' };
        return send(JSON.stringify({ ...(Number.isSafeInteger(id) ? { id } : {}), error }));
      }
      if (unanswered >= mostUnanswered) {
        const error = { code: -32_000, message: `${mostUnanswered} messages wait for an answer already.` };
        return send(JSON.stringify({ id, error }));
      }
      unanswered += 1;
      void answer(id, method, params).finally(() => {
        unanswered -= 1;
      });
    },
    log({ level, message, data }) {
      say(consoleTypes[level], data === undefined ? message : `${message} ${JSON.stringify(data)}`);
    },
    ended(end) {
      const output = redactor.json(end.output);
      const said = end.error === null ? JSON.stringify(output) : `${end.error.class}: ${end.error.message}`;
      say(end.error === null ? 'log' : 'error', `The run is ${end.status}: ${said}`.slice(0, 10_000));
      emit('Ratchet.ended', { ...end, output });
      emit('Inspector.detached', { reason: 'The run has ended.' });
    },
  };
};
