import type { Extension, Range } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';

export interface MarkedRange {
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
}

const openLine = Decoration.line({ class: 'cm-open-hunk' });
const doneLine = Decoration.line({ class: 'cm-done-hunk' });

/** Marks the lines of hunks in the result; the ranges are read at each update and may be of a text that comes yet. */
export const hunkMarks = (ranges: { readonly current: readonly MarkedRange[] }): Extension =>
  EditorView.decorations.of((view) => {
    const { doc } = view.state;
    const { from: first, to: last } = view.viewport;
    const lines: Range<Decoration>[] = [];
    let least = -1;
    for (const { from, to, open } of ranges.current) {
      if (to <= from || to < first || from > last || to > doc.length) continue;
      const end = Math.min(to, last);
      for (let at = Math.max(from, first); at < end; ) {
        const line = doc.lineAt(at);
        if (line.from > least) lines.push((open ? openLine : doneLine).range(line.from));
        least = Math.max(least, line.from);
        at = line.to + 1;
      }
    }
    return Decoration.set(lines);
  });
