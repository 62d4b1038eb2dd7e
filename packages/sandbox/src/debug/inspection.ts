import { bootName } from '@ratchet/runner/protocol';
import { type CdpClient, CdpError, type Evaluated, type Paused, type RemoteObject, type ScriptParsed } from './cdp.ts';

/** Code that is not the task's: the injected globals, and scripts without a name. */
const ignored: readonly string[] = [`^${bootName}$`, '^$'];

/** The function of the injected globals that calls the task, and has its function as `entry`. */
const entryCaller = 'open';

/** Keeps a debugger out of our own code. */
export interface Inspection {
  /** The script of the injected globals. */
  isBoot(scriptId: string): boolean;
  /** Call it when the engine's debugger has been switched on, and whenever somebody adds patterns. */
  ignore(patterns?: readonly string[]): Promise<void>;
  /** Moves the stop before the entry point on to the task's own first line. True: it was that stop. */
  takeEntry(paused: Paused): Promise<boolean>;
  /** Whether it stopped at the task's first line because that was asked for; true once. */
  isEntry(paused: Paused): Promise<boolean>;
}

/** `pauseAtEntry`: as the run was started with. */
export const createInspection = (client: CdpClient, pauseAtEntry: boolean): Inspection => {
  const boots = new Set<string>();
  let patterns: readonly string[] = [];
  /** The stop before the entry point is in our own code, which is therefore not ignored before that. */
  let awaited = pauseAtEntry;
  let breakpoint: string | null = null;
  let stepped = false;
  client.on<ScriptParsed>('Debugger.scriptParsed', (script) => {
    if (script.url === bootName) boots.add(script.scriptId);
  });
  const apply = async (): Promise<void> => {
    await client.call('Debugger.setBlackboxPatterns', { patterns: awaited ? patterns : [...ignored, ...patterns] });
  };
  return {
    isBoot: (scriptId) => boots.has(scriptId),
    async ignore(more) {
      patterns = more ?? patterns;
      await apply();
    },
    async takeEntry({ callFrames, reason, hitBreakpoints = [] }) {
      const [top] = callFrames;
      if (!awaited || top === undefined || reason !== 'other' || hitBreakpoints.length > 0) return false;
      if (!boots.has(top.location.scriptId) || top.functionName !== entryCaller) return false;
      awaited = false;
      await apply();
      try {
        const asked = { callFrameId: top.callFrameId, expression: 'entry' };
        const { result } = await client.call<Evaluated>('Debugger.evaluateOnCallFrame', asked);
        const set = { objectId: await innermost(client, result.objectId) };
        breakpoint = (await client.call<{ breakpointId: string }>('Debugger.setBreakpointOnFunctionCall', set))
          .breakpointId;
        await client.call('Debugger.resume');
      } catch (error) {
        if (!(error instanceof CdpError)) throw error;
        // A function of the engine's own has no line: the first one of the task's that it calls has.
        stepped = true;
        await client.call('Debugger.stepInto');
      }
      return true;
    },
    async isEntry({ hitBreakpoints = [] }) {
      if (stepped) {
        stepped = false;
        return true;
      }
      if (breakpoint === null || !hitBreakpoints.includes(breakpoint)) return false;
      await client.call('Debugger.removeBreakpoint', { breakpointId: breakpoint });
      breakpoint = null;
      return true;
    },
  };
};

interface Properties {
  readonly internalProperties?: readonly { readonly name: string; readonly value?: RemoteObject }[];
}
/** The function that a bound function or a proxy stands for: those have no line of their own. */
const innermost = async (client: CdpClient, given: string | undefined): Promise<string | undefined> => {
  let objectId = given;
  for (let depth = 0; depth < 10; depth += 1) {
    const { internalProperties = [] } = await client.call<Properties>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    const target = internalProperties.find(({ name }) => name === '[[TargetFunction]]' || name === '[[Target]]');
    if (target?.value?.objectId === undefined) return objectId;
    objectId = target.value.objectId;
  }
  return objectId;
};
