import { type Diagnostic, linter } from '@codemirror/lint';
import type { EditorState, Extension, Line } from '@codemirror/state';
import type { Problem } from './types.ts';

/** A line by its number from 1; of one outside the text the nearest. */
export const lineAt = (state: EditorState, line: number): Line =>
  state.doc.line(Math.min(Math.max(Math.trunc(line) || 1, 1), state.doc.lines));

/** A problem at its place in a text; one outside the text stands at the nearest line. */
export function diagnosticOf(state: EditorState, { line, column, message, severity }: Problem): Diagnostic {
  const at = lineAt(state, line);
  const from = column === undefined ? at.from : Math.min(at.from + Math.max(column - 1, 0), at.to);
  const word = column === undefined ? null : state.wordAt(from);
  return { from, to: word ? word.to : at.to, severity, message };
}

/** Shows problems that someone else found. */
export const givenProblems = (problems: readonly Problem[]): Extension =>
  linter((view) => problems.map((problem) => diagnosticOf(view.state, problem)), { delay: 0 });

/** Asks for the problems of the text a moment after each edit; what cannot be checked has none. */
export const checkedProblems = (validate: (text: string) => Promise<readonly Problem[]>): Extension =>
  linter(
    async (view) => {
      try {
        return (await validate(view.state.doc.toString())).map((problem) => diagnosticOf(view.state, problem));
      } catch {
        return [];
      }
    },
    { delay: 500 },
  );
