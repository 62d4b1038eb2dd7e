import type { Compiled } from '../compile.ts';
import { compilePattern } from '../safe-pattern.ts';
import type { TaskCode } from '../sandbox.ts';
import { type Position, type SourcePlaces, sourcePlaces } from './source-places.ts';

/** How an attached debugger sees a task's files: `ratchet://<task>/<path>`, and the code that runs with a source map to them. */
export interface LiveFiles {
  /** The address of the code that runs. */
  readonly scriptUrl: string;
  /** A data URL; empty where the code runs as it was written. */
  readonly sourceMapUrl: string;
  /** Where in the code that runs a line of an author's file is, by the file's address. Null: no such file, or no code there. */
  positionIn(url: string, lineNumber: number, columnNumber: number): Position | null;
  /** The first of our addresses that a pattern fits. Throws PatternError. */
  find(pattern: string): string | null;
}

export const createLiveFiles = (compiled: Compiled, code: TaskCode, task: string): LiveFiles => {
  const places: SourcePlaces = sourcePlaces(compiled);
  const urlOf = (path: string): string => `ratchet://${task}/${encodeURI(path)}`;
  if (compiled.map === null) {
    const scriptUrl = urlOf(code.entry);
    return {
      scriptUrl,
      sourceMapUrl: '',
      positionIn: (url, lineNumber, columnNumber) => (url === scriptUrl ? { lineNumber, columnNumber } : null),
      find: (pattern) => (compilePattern(pattern).test(scriptUrl) ? scriptUrl : null),
    };
  }
  const map = JSON.parse(compiled.map) as { sources: string[] };
  const paths = map.sources.map((source) => source.replace(/^task:/, ''));
  const scriptUrl = `${urlOf(code.entry)}.running.js`;
  const shown = {
    ...map,
    file: scriptUrl,
    sources: paths.map(urlOf),
    sourcesContent: paths.map((path) => code.files.get(path) ?? null),
  };
  const byUrl = new Map(paths.map((path) => [urlOf(path), path]));
  return {
    scriptUrl,
    sourceMapUrl: `data:application/json;charset=utf-8;base64,${Buffer.from(JSON.stringify(shown)).toString('base64')}`,
    positionIn(url, lineNumber, columnNumber) {
      if (url === scriptUrl) return { lineNumber, columnNumber };
      const path = byUrl.get(url);
      return path === undefined ? null : places.positionOf(path, lineNumber + 1, columnNumber + 1);
    },
    find(pattern) {
      const { test } = compilePattern(pattern);
      return [scriptUrl, ...byUrl.keys()].find(test) ?? null;
    },
  };
};
