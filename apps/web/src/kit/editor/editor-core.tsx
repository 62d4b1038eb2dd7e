import { diagnosticCount, lintGutter } from '@codemirror/lint';
import { Annotation, Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap, type ViewUpdate } from '@codemirror/view';
import { Box, useComputedColorScheme } from '@mantine/core';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { breakpointGutter } from './breakpoint-gutter.ts';
import { basics, editing, named, reading } from './editor-extensions.ts';
import { EditorFooter } from './editor-footer.tsx';
import { isLarge, loadLanguage } from './editor-language.ts';
import { checkedProblems, givenProblems, lineAt } from './editor-problems.ts';
import { editorTheme } from './editor-theme.ts';
import { minimalChange, type TextChange } from './text-diff.ts';
import { closeText, openText, plainShape, type TextShape } from './text-shape.ts';
import { remembered } from './told-values.ts';
import type { CodeEditorProps } from './types.ts';

export interface EditorCoreProps extends Omit<CodeEditorProps, 'onChange'> {
  /** Hears the text and the edits that led to it, in positions of the text before them. */
  readonly onEdit?: ((value: string, changes: readonly TextChange[]) => void) | undefined;
  /** The value is shown as it is: its line ends and BOM are someone else's to keep. */
  readonly exact?: boolean | undefined;
  /** Undo and redo kept by someone else. */
  readonly ownHistory?: { readonly undo: () => void; readonly redo: () => void } | undefined;
  readonly extensions?: Extension | undefined;
  readonly viewRef?: RefObject<EditorView | null> | undefined;
}

/** Marks changes that come from the outside, which are not told back. */
const outside = Annotation.define<true>();
const none: Extension = [];

/**
 * A CodeMirror editor whose text is a value of React. What is typed is never taken back by a render: a value that was told
 * before and comes back late is known as such, and any other value is put in by the smallest change.
 */
export function EditorCore(props: EditorCoreProps) {
  const { value, language, label, onEdit, exact = false, gutter, problems, validate, extensions = none } = props;
  const readOnly = props.readOnly === true || !onEdit;
  const parent = useRef<HTMLDivElement>(null);
  const ownView = useRef<EditorView | null>(null);
  const viewRef = props.viewRef ?? ownView;
  const latest = useRef(props);
  const kept = useRef<EditorState | null>(null);
  const shape = useRef<TextShape>(plainShape);
  const last = useRef(value);
  const unanswered = useRef<string[]>([]);
  const [parts] = useState(newCompartments);
  const [wrap, setWrap] = useState(true);
  const [diagnostics, setDiagnostics] = useState(0);
  const scheme = useComputedColorScheme('light');
  const large = useMemo(() => isLarge(value), [value]);

  useLayoutEffect(() => {
    latest.current = props;
  });

  // The view comes first: the effects below configure it.
  useLayoutEffect(() => {
    const tell = (update: ViewUpdate) => {
      setDiagnostics(diagnosticCount(update.state));
      if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(outside))) return;
      const changes: TextChange[] = [];
      update.changes.iterChanges((from, to, _fromB, _toB, insert) => {
        changes.push({ from, to, insert: insert.toString() });
      });
      const told = closeText(update.state.doc.toString(), shape.current);
      unanswered.current = remembered(unanswered.current, told);
      last.current = told;
      latest.current.onEdit?.(told, changes);
    };
    const opened = latest.current.exact ? { plain: last.current, shape: plainShape } : openText(last.current);
    if (!kept.current) shape.current = opened.shape;
    const view = new EditorView({
      parent: parent.current as HTMLDivElement,
      state:
        kept.current ??
        EditorState.create({
          doc: opened.plain,
          extensions: [
            ...Object.values(parts).map((part) => part.of(none)),
            Prec.high(keymap.of([{ key: 'Mod-s', preventDefault: true, run: () => save(latest.current) }])),
            basics,
            EditorView.updateListener.of(tell),
          ],
        }),
    });
    viewRef.current = view;
    if (latest.current.autoFocus) view.focus();
    return () => {
      kept.current = view.state;
      viewRef.current = null;
      view.destroy();
    };
  }, [parts, viewRef]);

  const configure = useCallback(
    (part: Compartment, extension: Extension) => {
      viewRef.current?.dispatch({ effects: part.reconfigure(extension) });
    },
    [viewRef],
  );

  useLayoutEffect(() => {
    const history = latest.current.ownHistory;
    configure(parts.mode, [
      named(label, readOnly),
      history && !readOnly ? Prec.high(historyKeys(latest)) : none,
      readOnly ? reading : editing(history !== undefined),
    ]);
  }, [label, readOnly, parts, configure]);
  useLayoutEffect(() => configure(parts.theme, editorTheme(scheme)), [scheme, parts, configure]);
  useLayoutEffect(
    () => configure(parts.wrap, wrap && !large ? EditorView.lineWrapping : none),
    [wrap, large, parts, configure],
  );
  useLayoutEffect(() => configure(parts.extra, extensions), [extensions, parts, configure]);
  const shownGutter = useSame(gutter);
  useLayoutEffect(
    () =>
      configure(
        parts.gutter,
        shownGutter ? breakpointGutter(shownGutter, (line) => latest.current.gutter?.onToggle(line)) : none,
      ),
    [shownGutter, parts, configure],
  );
  const shownProblems = useSame(problems);
  const validates = validate !== undefined && !large;
  useEffect(() => {
    configure(parts.problems, [
      shownProblems || validates ? lintGutter() : none,
      shownProblems && shownProblems.length > 0 ? givenProblems(shownProblems) : none,
      validates
        ? checkedProblems(async (text) => (await latest.current.validate?.(closeText(text, shape.current))) ?? [])
        : none,
    ]);
  }, [shownProblems, validates, parts, configure]);

  useEffect(() => {
    let wanted = true;
    const ready = large
      ? Promise.resolve(none)
      : loadLanguage(language, { schema: () => latest.current.schema ?? null, check: !readOnly && !validates });
    void ready.then((loaded) => {
      if (wanted) configure(parts.language, loaded);
    });
    return () => {
      wanted = false;
    };
  }, [language, large, readOnly, validates, parts, configure]);

  const reveal = useSame(props.reveal);
  useEffect(() => {
    const view = viewRef.current;
    if (!view || !reveal) return;
    const at = lineAt(view.state, reveal.line).from;
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    view.focus();
  }, [reveal, viewRef]);

  useLayoutEffect(() => {
    const view = viewRef.current;
    const answered = unanswered.current.indexOf(value);
    if (answered >= 0) unanswered.current = unanswered.current.slice(answered + 1);
    else if (view && value !== last.current) {
      const opened = exact ? { plain: value, shape: plainShape } : openText(value);
      const change = minimalChange(view.state.doc.toString(), opened.plain);
      shape.current = opened.shape;
      last.current = value;
      unanswered.current = [];
      if (change) view.dispatch({ changes: change, annotations: outside.of(true) });
    }
  }, [value, exact, viewRef]);

  return (
    <Box style={frame}>
      <Box ref={parent} __vars={{ '--editor-min': length(props.minHeight), '--editor-max': length(props.maxHeight) }} />
      <EditorFooter
        view={viewRef}
        wrap={wrap}
        onWrap={setWrap}
        large={large}
        readOnly={readOnly}
        problems={diagnostics}
      />
    </Box>
  );
}

/** The first of values that read the same, so that one made anew in each render is no change. Functions do not count. */
function useSame<T>(value: T): T {
  const kept = useRef(value);
  if (kept.current !== value && JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}

const frame = { border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-sm)' };
const length = (given: number | string | undefined) => (typeof given === 'number' ? `${given}px` : given);
const newCompartments = () => ({
  mode: new Compartment(),
  theme: new Compartment(),
  wrap: new Compartment(),
  extra: new Compartment(),
  gutter: new Compartment(),
  problems: new Compartment(),
  language: new Compartment(),
});

function save(props: EditorCoreProps): boolean {
  props.onSave?.();
  return props.onSave !== undefined;
}

const historyKeys = (latest: RefObject<EditorCoreProps>): Extension => {
  const run = (name: 'undo' | 'redo') => () => {
    latest.current.ownHistory?.[name]();
    return true;
  };
  return keymap.of([
    { key: 'Mod-z', run: run('undo'), preventDefault: true },
    { key: 'Mod-Shift-z', run: run('redo'), preventDefault: true },
    { key: 'Mod-y', run: run('redo'), preventDefault: true },
  ]);
};
