import { type Extension, Facet, RangeSet, type Range as StateRange } from '@codemirror/state';
import { Decoration, EditorView, GutterMarker, gutter, keymap } from '@codemirror/view';
import type { Breakpoints } from './types.ts';

class Marker extends GutterMarker {
  private readonly look: string;
  private readonly title: string;
  constructor(look: string, title: string) {
    super();
    this.look = look;
    this.title = title;
  }
  override toDOM(): Node {
    const dot = document.createElement('span');
    dot.className = 'cm-breakpoint';
    dot.textContent = this.look;
    dot.title = this.title;
    return dot;
  }
}

const breakpoint = new Marker('●', 'Breakpoint');
const here = new Marker('▶', 'Execution stands here');
const both = new Marker('◉', 'Execution stands at this breakpoint');
const executionLine = Decoration.line({ class: 'cm-execution-line' });

const nothing: Pick<Breakpoints, 'breakpoints' | 'current'> = { breakpoints: [] };
const shown = Facet.define<Breakpoints, Breakpoints | undefined>({ combine: (given) => given[0] });

/** Breakpoints beside the line numbers: a click on the margin or F9 on the cursor's line sets and clears them. */
export function breakpointGutter(given: Breakpoints, onToggle: (line: number) => void): Extension {
  return [
    shown.of(given),
    gutter({
      class: 'cm-breakpoint-gutter',
      markers: (view) => {
        const { breakpoints, current } = view.state.facet(shown) ?? nothing;
        const lines = view.state.doc.lines;
        const ranges: StateRange<GutterMarker>[] = [];
        for (const line of new Set([...breakpoints, ...(current === undefined ? [] : [current])]))
          if (line >= 1 && line <= lines) {
            const marker = line !== current ? breakpoint : breakpoints.includes(line) ? both : here;
            ranges.push(marker.range(view.state.doc.line(line).from));
          }
        return RangeSet.of(ranges, true);
      },
      initialSpacer: () => breakpoint,
      domEventHandlers: {
        mousedown: (view, block) => {
          onToggle(view.state.doc.lineAt(block.from).number);
          return true;
        },
      },
    }),
    EditorView.decorations.of((view) => {
      const current = view.state.facet(shown)?.current;
      if (current === undefined || current < 1 || current > view.state.doc.lines) return Decoration.none;
      return Decoration.set([executionLine.range(view.state.doc.line(current).from)]);
    }),
    keymap.of([
      {
        key: 'F9',
        preventDefault: true,
        run: (view) => {
          const line = view.state.doc.lineAt(view.state.selection.main.head).number;
          const set = view.state.facet(shown)?.breakpoints.includes(line) ?? false;
          onToggle(line);
          view.dispatch({
            effects: EditorView.announce.of(set ? `Breakpoint removed, line ${line}` : `Breakpoint set, line ${line}`),
          });
          return true;
        },
      },
    ]),
  ];
}
