import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view';

const leave = 'Press Escape and then Tab to leave the editor.';

/** What every editor has, whatever it shows. The text's lines end in LF only: other ends are set aside by its owner. */
export const basics: Extension = [
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
  EditorState.allowMultipleSelections.of(true),
  lineNumbers(),
  foldGutter(),
  highlightSpecialChars(),
  drawSelection(),
  dropCursor(),
  rectangularSelection(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  search({ top: true }),
  keymap.of([...searchKeymap, ...foldKeymap, ...lintKeymap]),
];

/** What a text that can be edited has besides. */
export const editing = (ownHistory: boolean): Extension => [
  ...(ownHistory ? [] : [history(), keymap.of([...historyKeymap])]),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false }),
  highlightSelectionMatches(),
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, indentWithTab]),
];

/** What a text that is only read has besides: it takes the focus, so that it is scrolled and searched by keyboard. */
export const reading: Extension = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: '0', 'aria-readonly': 'true' }),
  bracketMatching(),
  keymap.of(defaultKeymap),
];

export const named = (label: string, readOnly: boolean): Extension =>
  EditorView.contentAttributes.of({ 'aria-label': label, ...(readOnly ? {} : { 'aria-description': leave }) });
