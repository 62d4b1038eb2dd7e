import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { taskScheme, type WireError } from '@ratchet/runner/protocol';
import { parseBounded } from './bounded-json.ts';
import type { Compiled } from './compile.ts';
import type { RunError } from './sandbox.ts';

interface Frame {
  readonly name: string | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
const place = new RegExp(`(${taskScheme}[^\\s()]+?):(\\d+):(\\d+)`);
const mostFrames = 30;

const decode = (name: string): string => {
  const path = name.slice(taskScheme.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // The task wrote this stack itself; it is shown as it is.
  }
};

/** Maps errors of one piece of code. Building the map is left until the first error. */
const mappers = new WeakMap<Compiled, TraceMap>();
const traceMap = (compiled: Compiled): TraceMap | null => {
  if (compiled.map === null) return null;
  let map = mappers.get(compiled);
  if (map === undefined) {
    map = new TraceMap(compiled.map);
    mappers.set(compiled, map);
  }
  return map;
};

/** The author's place for a place in the code that ran; null for a line that is ours. */
const locate = (compiled: Compiled, map: TraceMap | null, frame: Frame): Frame | null => {
  if (map === null) return frame.line > (compiled.lines ?? 0) ? null : frame;
  // In a wrapped module the runner's opening call shares the first line with the bundle's own opening, never with the task.
  const { source, line, column } = originalPositionFor(map, { line: frame.line, column: frame.column - 1 });
  return source === null || line === null
    ? null
    : { ...frame, file: source.replace(/^task:/, ''), line, column: column + 1 };
};

/** The author's file and line for a place in the code that ran, both from 1; null for what is ours. */
export const placeOf = (
  compiled: Compiled,
  url: string,
  line: number,
  column: number,
): { file: string; line: number } | null => {
  const found = locate(compiled, traceMap(compiled), { name: null, file: decode(url), line, column });
  return found === null ? null : { file: found.file, line: found.line };
};

const framesOf = (stack: string, compiled: Compiled): Frame[] => {
  const map = traceMap(compiled);
  const frames: Frame[] = [];
  for (const text of stack.split('\n')) {
    const found = place.exec(text);
    if (found === null) continue;
    const [, file = '', line, column] = found;
    const name = /^\s*at (?:async )?(.+?) \(/.exec(text)?.[1] ?? null;
    const frame = locate(compiled, map, { name, file: decode(file), line: Number(line), column: Number(column) });
    if (frame !== null) frames.push(frame);
    if (frames.length === mostFrames) break;
  }
  return frames;
};

/** Turns a runner's error into the author's: only frames of the task's own files, lines as they were written. */
export const mapError = (error: WireError, compiled: Compiled): RunError => {
  // A script that the engine cannot parse names the place at the end of its message.
  const trailing = / \[(task:\/\/\/[^\]]+)\]$/.exec(error.message);
  const message = trailing === null ? error.message : error.message.slice(0, trailing.index);
  const frames = framesOf(trailing === null ? (error.stack ?? '') : `at ${trailing[1]}`, compiled);
  const [top] = frames;
  const lines = frames.map(({ name, file, line, column }) => {
    const at = `${file}:${line}:${column}`;
    return `    at ${name === null ? at : `${name} (${at})`}`;
  });
  return {
    class: error.class,
    message,
    stack: frames.length === 0 ? null : [`${error.class}: ${message}`, ...lines].join('\n'),
    file: top?.file ?? null,
    line: top?.line ?? null,
    ...(error.details === undefined ? {} : { details: parseBounded(error.details, 50) ?? null }),
  };
};
