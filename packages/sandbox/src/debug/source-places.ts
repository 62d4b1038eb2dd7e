import { decodedMappings, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { taskScheme } from '@ratchet/runner/protocol';
import type { Compiled } from '../compile.ts';

/** A place in a file as its author wrote it; line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
/** A position in the code that runs, from 0, as the engine counts. */
export interface Position {
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Leads between the code that runs and the files of its author. */
export interface SourcePlaces {
  /** Null where the code is ours. */
  placeOf(position: { readonly lineNumber: number; readonly columnNumber?: number }): Place | null;
  /** Where code of this line begins, or of the next line of the file that has code; null when there is none. */
  positionOf(file: string, line: number, column?: number): Position | null;
  /** The author's name for a variable that was renamed so that two files can stand in one. */
  readonly names: ReadonlyMap<string, string>;
}

const sourceScheme = 'task:';
const pathOf = (source: string): string => (source.startsWith(sourceScheme) ? source.slice(5) : source);

/** A script of JavaScript runs as it was written; only what is appended to it is ours. */
const asWritten = (entry: string, lines: number): SourcePlaces => ({
  placeOf: ({ lineNumber, columnNumber = 0 }) =>
    lineNumber < lines ? { file: entry, line: lineNumber + 1, column: columnNumber + 1 } : null,
  positionOf: (file, line, column = 1) =>
    file === entry && line <= lines ? { lineNumber: line - 1, columnNumber: column - 1 } : null,
  names: new Map(),
});

interface Segment extends Position {
  readonly line: number;
  readonly column: number;
}

const mapped = (json: string, source: string): SourcePlaces => {
  const map = new TraceMap(json);
  const text = source.split('\n');
  /** What each file has, in the order of the code that runs. */
  const files = new Map<string, Segment[]>();
  const names = new Map<string, string>();
  decodedMappings(map).forEach((segments, lineNumber) => {
    for (const [columnNumber, at, line, column, name] of segments) {
      if (at === undefined || line === undefined || column === undefined) continue;
      const file = pathOf(map.sources[at] ?? '');
      const held = files.get(file) ?? [];
      files.set(file, held);
      held.push({ lineNumber, columnNumber, line: line + 1, column: column + 1 });
      if (name === undefined) continue;
      const written = /^[\w$]+/.exec(text[lineNumber]?.slice(columnNumber) ?? '')?.[0];
      const original = map.names[name];
      if (written !== undefined && original !== undefined) names.set(written, original);
    }
  });
  return {
    placeOf({ lineNumber, columnNumber = 0 }) {
      const found = originalPositionFor(map, { line: lineNumber + 1, column: columnNumber });
      return found.source === null || found.line === null
        ? null
        : { file: pathOf(found.source), line: found.line, column: found.column + 1 };
    },
    positionOf(file, line, column = 1) {
      let best: Segment | null = null;
      for (const segment of files.get(file) ?? []) {
        if (segment.line < line || (segment.line === line && segment.column < column)) continue;
        if (best === null || segment.line < best.line) best = segment;
      }
      return best === null ? null : { lineNumber: best.lineNumber, columnNumber: best.columnNumber };
    },
    names,
  };
};

const known = new WeakMap<Compiled, SourcePlaces>();

/** Leads through one piece of compiled code; kept as long as the code is. */
export const sourcePlaces = (compiled: Compiled): SourcePlaces => {
  const held = known.get(compiled);
  if (held !== undefined) return held;
  const entry = decodeURIComponent(compiled.filename.slice(taskScheme.length));
  const made = compiled.map === null ? asWritten(entry, compiled.lines ?? 0) : mapped(compiled.map, compiled.source);
  known.set(compiled, made);
  return made;
};
