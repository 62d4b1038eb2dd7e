import { Box, Text, useApp, useInput, useWindowSize } from 'ink';
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { draw } from './draw.ts';
import type { Feed, View } from './feed.ts';
import type { Line, Piece } from './line.ts';
import { atFirst, pressed, type ScreenKey, type ScreenState } from './screen-state.ts';

interface ScreenProps {
  readonly feed: Feed;
  readonly view: View;
  readonly colour: boolean;
}

/** A live screen. */
export function Screen({ feed, view, colour }: ScreenProps) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const live = useSyncExternalStore(feed.subscribe, feed.now);
  const [state, setState] = useState<ScreenState>(() => atFirst(view));
  const frozen = useRef(live);
  if (!state.paused) frozen.current = live;
  const shown = { ...frozen.current, following: live.following };
  // One row stays free: a screen that is filled to its last cell scrolls.
  const { lines, marks } = draw(shown, state, { columns, rows: rows - 1 }, Date.now());
  useEffect(() => feed.want(state.view), [feed, state.view]);
  // Keys may come faster than pictures: each counts from what the one before made.
  const chosen = useRef(state);
  useInput((text, key) => {
    for (const one of keysOf(text, key)) {
      const next = pressed(chosen.current, one, { rows: marks, page: Math.max(1, rows - 6) });
      if (next === null) return exit();
      chosen.current = next;
    }
    setState(chosen.current);
  });
  return h(
    Box,
    { flexDirection: 'column' },
    lines.map((line, at) => h(Row, { key: at, line, colour })),
  );
}

function Row({ line, colour }: { line: Line; colour: boolean }) {
  return h(
    Text,
    { wrap: 'truncate' },
    line.length === 0
      ? ' '
      : line.map(({ text, color, dim, bold, inverse }: Piece, at) =>
          h(
            Text,
            {
              key: at,
              ...(colour && color ? { color } : {}),
              dimColor: colour && dim === true,
              bold: bold === true,
              inverse: inverse === true,
            },
            text,
          ),
        ),
  );
}

type InkKey = Parameters<Parameters<typeof useInput>[0]>[1];

/** Several letters that came at once are several keys, an Enter among them too. */
function keysOf(text: string, key: InkKey): ScreenKey[] {
  const named = keyOf(text, key);
  if (typeof named !== 'object') return [named];
  return [...named.text].map((letter) =>
    letter === '\r' || letter === '\n'
      ? 'enter'
      : letter === '\u007f'
        ? 'backspace'
        : letter === '\u0003'
          ? 'interrupt'
          : { text: letter },
  );
}

function keyOf(text: string, key: InkKey): ScreenKey {
  if (key.ctrl && (text === 'c' || text === 'd')) return 'interrupt';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.backspace || key.delete) return 'backspace';
  if (key.tab) return 'tab';
  return { text: key.ctrl || key.meta ? '' : text };
}
