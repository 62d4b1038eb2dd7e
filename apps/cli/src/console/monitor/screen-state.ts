import { type View, views } from './feed.ts';

/** What somebody has chosen on a screen. */
export interface ScreenState {
  readonly view: View;
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  readonly paused: boolean;
  readonly help: boolean;
  /** The row that is marked; 0 is the first. */
  readonly marked: number;
  /** Everything about the marked row is shown. */
  readonly detail: boolean;
}

export const atFirst = (view: View): ScreenState => ({
  view,
  filter: '',
  typing: false,
  paused: false,
  help: false,
  marked: 0,
  detail: false,
});

/** A key by its name, or the text that was typed. */
export type ScreenKey =
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'tab'
  | 'interrupt'
  | { readonly text: string };

/** What a key makes of it; null: the screen is left. `rows`: how many there are to mark, `page`: how many are seen at once. */
export function pressed(
  state: ScreenState,
  key: ScreenKey,
  { rows, page }: { rows: number; page: number },
): ScreenState | null {
  if (key === 'interrupt') return null;
  if (state.typing) return typed(state, key);
  const text = typeof key === 'object' ? key.text : '';
  if (state.help) return text === 'q' ? null : { ...state, help: false };
  if (key === 'escape') {
    if (state.detail) return { ...state, detail: false };
    return state.filter === '' ? null : { ...state, filter: '', marked: 0 };
  }
  const last = Math.max(0, rows - 1);
  const mark = (marked: number): ScreenState => ({ ...state, marked: Math.max(0, Math.min(last, marked)) });
  if (key === 'up' || text === 'k') return mark(state.marked - 1);
  if (key === 'down' || text === 'j') return mark(state.marked + 1);
  if (key === 'pageUp') return mark(state.marked - page);
  if (key === 'pageDown' || text === ' ') return mark(state.marked + page);
  if (key === 'home' || text === 'g') return mark(0);
  if (key === 'end' || text === 'G') return mark(last);
  if (key === 'enter') return state.view === 'executions' ? { ...state, detail: !state.detail } : state;
  if (key === 'tab') return onView(state, views[(views.indexOf(state.view) + 1) % views.length] as View);
  if (text === 'q') return null;
  if (text === 'p') return { ...state, paused: !state.paused };
  if (text === '?' || text === 'h') return { ...state, help: true };
  if (text === '/') return { ...state, typing: true };
  const view = /^[1-9]$/.test(text) ? views[Number(text) - 1] : undefined;
  return view ? onView(state, view) : state;
}

const onView = (state: ScreenState, view: View): ScreenState => ({ ...state, view, marked: 0, detail: false });

function typed(state: ScreenState, key: ScreenKey): ScreenState {
  if (key === 'enter') return { ...state, typing: false };
  if (key === 'escape') return { ...state, typing: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: [...state.filter].slice(0, -1).join('') };
  if (typeof key !== 'object') return state;
  const text = key.text.replace(/\p{C}/gu, '');
  return { ...state, filter: (state.filter + text).slice(0, 200), marked: 0 };
}
