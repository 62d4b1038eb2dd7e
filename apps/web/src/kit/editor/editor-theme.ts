import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Colors of the default style, as pairs that reach 4.5:1 on the backgrounds of both schemes, on changed and active lines
 * too.
 */
const colors: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  '#404740': ['#4b5560', '#a9b3bf'],
  '#708': ['#7a0a8c', '#d9b0ff'],
  '#219': ['#1c1496', '#a8c7ff'],
  '#164': ['#0d5a3c', '#8fdcb4'],
  '#a11': ['#99150f', '#ffb59e'],
  '#e40': ['#a33200', '#ffbf80'],
  '#00f': ['#0a24d6', '#9ecbff'],
  '#30a': ['#3200a0', '#c5b5ff'],
  '#085': ['#00623d', '#8fdcb4'],
  '#167': ['#0f5560', '#8ad7e6'],
  '#256': ['#1f4a52', '#a5d8e0'],
  '#00c': ['#0000b8', '#9ecbff'],
  '#940': ['#6f4a00', '#b8c0cb'],
  '#f00': ['#b00020', '#ff9d9d'],
};

const style = (index: 0 | 1): HighlightStyle =>
  HighlightStyle.define(
    defaultHighlightStyle.specs.map((spec) => {
      const pair = typeof spec.color === 'string' ? colors[spec.color] : undefined;
      return pair ? { ...spec, color: pair[index] } : spec;
    }),
    { themeType: index === 0 ? 'light' : 'dark' },
  );

const shape = {
  '&': {
    fontSize: '13px',
    maxHeight: 'var(--editor-max, none)',
    backgroundColor: 'transparent',
    color: 'var(--mantine-color-text)',
  },
  '.cm-content, .cm-gutter': { minHeight: 'var(--editor-min, auto)' },
  '&.cm-focused': { outline: 'none' },
  // Above the gutters, which would cover an outline.
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    inset: '0',
    zIndex: '300',
    border: '2px solid var(--mantine-primary-color-filled)',
    pointerEvents: 'none',
  },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { padding: '6px 0' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '2.4em' },
  '.cm-panels': { fontFamily: 'var(--mantine-font-family)' },
  '.cm-panel.cm-search': { padding: '6px 28px 6px 8px', display: 'flex', flexWrap: 'wrap', gap: '4px' },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search label': { fontSize: '13px', display: 'inline-flex', alignItems: 'center', gap: '3px' },
  '.cm-panel.cm-search [name=close]': { top: '4px', right: '6px', fontSize: '18px', color: 'inherit' },
  '.cm-textfield, .cm-button': {
    fontSize: '13px',
    minHeight: '26px',
    borderRadius: '4px',
    backgroundImage: 'none',
    backgroundColor: 'var(--mantine-color-body)',
    border: '1px solid var(--mantine-color-default-border)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-panels :focus-visible': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '1px' },
  '.cm-collapsedLines': { fontFamily: 'var(--mantine-font-family)' },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯" !important' },
  '.cm-tooltip': { borderRadius: '4px', maxWidth: 'min(480px, 90vw)' },
  '.cm-schema-hover': { padding: '6px 10px', fontFamily: 'var(--mantine-font-family)', fontSize: '13px' },
  '.cm-diagnosticText': { fontFamily: 'var(--mantine-font-family)' },
  '.cm-breakpoint-gutter': { width: '16px', cursor: 'pointer' },
  '.cm-breakpoint-gutter .cm-gutterElement': { textAlign: 'center', lineHeight: '20px' },
};

const light = EditorView.theme({
  ...shape,
  '.cm-gutters': { backgroundColor: '#f6f7f9', color: '#5b6470', border: 'none', borderRight: '1px solid #dfe3e8' },
  '.cm-activeLine': { backgroundColor: '#eef3fb80' },
  '.cm-activeLineGutter': { backgroundColor: '#e6edf7', color: '#2b333d' },
  '.cm-panels, .cm-tooltip': { backgroundColor: '#f6f7f9', color: '#1b2129' },
  '.cm-execution-line': { backgroundColor: '#fff1b8' },
  '.cm-breakpoint': { color: '#c0182b' },
  '.cm-open-hunk': { backgroundColor: '#fff0db', boxShadow: 'inset 3px 0 #b35c00' },
  '.cm-done-hunk': { boxShadow: 'inset 3px 0 #2f7d4f' },
});

const dark = EditorView.theme(
  {
    ...shape,
    '.cm-gutters': { backgroundColor: '#1d1f22', color: '#9aa4b0', border: 'none', borderRight: '1px solid #3a3f45' },
    '.cm-activeLine': { backgroundColor: '#2d333b80' },
    '.cm-activeLineGutter': { backgroundColor: '#2d333b', color: '#dfe4ea' },
    '.cm-cursor': { borderLeftColor: '#fff' },
    '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
      backgroundColor: '#264f78',
    },
    '.cm-panels, .cm-tooltip': { backgroundColor: '#2b2e33', color: '#e6eaef' },
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: '#1f5fbf', color: '#fff' },
    '.cm-searchMatch': { backgroundColor: '#6b5a00' },
    '.cm-searchMatch-selected': { backgroundColor: '#8a5200' },
    '.cm-execution-line': { backgroundColor: '#4a3f10' },
    '.cm-breakpoint': { color: '#ff8a8a' },
    '.cm-open-hunk': { backgroundColor: '#43310f', boxShadow: 'inset 3px 0 #ffb454' },
    '.cm-done-hunk': { boxShadow: 'inset 3px 0 #5fc98a' },
  },
  { dark: true },
);

/** The look of an editor in one of Mantine's color schemes. */
export const editorTheme = (scheme: 'light' | 'dark'): Extension =>
  scheme === 'dark' ? [dark, syntaxHighlighting(style(1))] : [light, syntaxHighlighting(style(0))];
