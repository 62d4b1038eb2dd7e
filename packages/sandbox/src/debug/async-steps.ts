import { functionAt } from '../script-shape.ts';
import { type CallFrame, type CdpClient, CdpError, type Location } from './cdp.ts';

/** More places than this in one function are not watched. */
const mostPlaces = 200;

/**
 * Keeps a step that comes to an `await` from running away. The engine remembers such a step for the thread it was made on,
 * and an isolate goes on on another thread when what it awaited has come. So while a step is made in an async function,
 * every statement of that function is a place to stop at.
 */
export const createAsyncSteps = (client: CdpClient, source: string) => {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  const offsetOf = ({ lineNumber, columnNumber = 0 }: Location): number => (starts[lineNumber] ?? 0) + columnNumber;
  const positionOf = (offset: number) => {
    let line = 0;
    let above = starts.length;
    while (line + 1 < above) {
      const middle = (line + above) >> 1;
      if ((starts[middle] ?? 0) <= offset) line = middle;
      else above = middle;
    }
    return { lineNumber: line, columnNumber: offset - (starts[line] ?? 0) };
  };
  const armed = new Set<string>();

  const arm = async ({ location }: CallFrame): Promise<void> => {
    const { scriptId } = location;
    const around = functionAt(source, offsetOf(location));
    if (around === null || !around.async) return;
    const asked = {
      start: { scriptId, ...positionOf(around.start) },
      end: { scriptId, ...positionOf(around.end) },
      restrictToFunction: false,
    };
    const { locations } = await client.call<{ locations: readonly (Location & { type?: string })[] }>(
      'Debugger.getPossibleBreakpoints',
      asked,
    );
    const own = locations.filter(
      (each) => each.type !== 'call' && functionAt(source, offsetOf(each))?.start === around.start,
    );
    for (const { lineNumber, columnNumber } of own.slice(0, mostPlaces)) {
      try {
        const set = { location: { scriptId, lineNumber, columnNumber } };
        armed.add((await client.call<{ breakpointId: string }>('Debugger.setBreakpoint', set)).breakpointId);
      } catch (error) {
        // Somebody's breakpoint is there already, which stops it as well.
        if (!(error instanceof CdpError)) throw error;
      }
    }
  };
  return {
    /** Before a step from this frame. */
    arm,
    /** After the next stop. */
    async disarm(): Promise<void> {
      const all = [...armed];
      armed.clear();
      await Promise.all(all.map((breakpointId) => client.call('Debugger.removeBreakpoint', { breakpointId })));
    },
    isArmed: (breakpointId: string): boolean => armed.has(breakpointId),
  };
};
