import { Button, SegmentedControl, Text, TextInput, VisuallyHidden } from '@mantine/core';
import type { FlameFrame } from '@ratchet/contract/entities/trace';
import { IconSearch, IconZoomReset } from '@tabler/icons-react';
import { type CSSProperties, type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from 'react';
import { durationText } from '../state/times.ts';
import { type FlameBox, flameBoxes, frameAt, frameMatches, hueOf, moveBox, placeText } from './flame-layout.ts';
import { TopFunctions } from './top-functions.tsx';
import '../state/palette.css';
import classes from './trace.module.css';

export interface FlameGraphProps {
  flame: FlameFrame;
  /** Whose time it is. */
  label: string;
  /** Opens a line of the task's own files. */
  onOpenFile?: (file: string, line: number | null) => void;
}

const rowRem = 1.3;

/**
 * Where the processor's time went: who called whom, as wide as it took. A click or Enter zooms to a frame, Escape goes back
 * to the whole, arrow keys go from frame to frame. The table says the same in words.
 */
export function FlameGraph({ flame, label, onOpenFile }: FlameGraphProps) {
  const [zoom, setZoom] = useState('0');
  const [active, setActive] = useState('0');
  const [pointed, setPointed] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [view, setView] = useState<'graph' | 'table'>('graph');
  const graph = useRef<HTMLDivElement>(null);
  const searched = useDeferredValue(text);
  // A new profile has no such frame any more.
  const zoomed = frameAt(flame, zoom) === undefined ? '0' : zoom;
  const boxes = useMemo(() => flameBoxes(flame, zoomed), [flame, zoomed]);
  const focused = boxes.some(({ id }) => id === active) ? active : zoomed;
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
  const matching = useMemo(
    () => new Set(boxes.filter(({ frame }) => frameMatches(frame, searched)).map(({ id }) => id)),
    [boxes, searched],
  );
  const read = frameAt(flame, pointed ?? focused);

  const focus = (id: string) => {
    setActive(id);
    requestAnimationFrame(() => graph.current?.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus());
  };
  const zoomTo = (id: string) => {
    setZoom(id);
    focus(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') zoomTo(focused);
    else if (event.key === 'Escape' && zoomed !== '0') zoomTo('0');
    else {
      const to = moveBox(boxes, focused, event.key);
      if (to === null) return;
      focus(to);
    }
    event.preventDefault();
  };

  return (
    <section className={classes.frame} aria-label={label}>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label={`How ${label} is shown`}
          value={view}
          onChange={(next) => setView(next as typeof view)}
          data={[
            { value: 'graph', label: 'Flame graph' },
            { value: 'table', label: 'Top functions' },
          ]}
        />
        <TextInput
          className={classes.search}
          size="xs"
          type="search"
          aria-label={`Search functions in ${label}`}
          placeholder="Search functions"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {view === 'graph' && zoomed !== '0' && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconZoomReset size={14} aria-hidden />}
            onClick={() => zoomTo('0')}
          >
            Show the whole
          </Button>
        )}
        <Text size="xs" role="status">
          {searched.trim() === '' ? '' : `${matching.size} ${matching.size === 1 ? 'frame matches' : 'frames match'}`}
        </Text>
      </div>
      {view === 'table' ? (
        <TopFunctions flame={flame} text={searched} label={`Top functions of ${label}`} onOpenFile={onOpenFile} />
      ) : (
        <>
          <div
            ref={graph}
            className={classes.graph}
            role="tree"
            aria-label={`${label}: frames by who called them`}
            data-searching={searched.trim() !== '' || undefined}
            onKeyDown={onKeyDown}
            onMouseLeave={() => setPointed(null)}
          >
            <div className={classes.canvas} role="none" style={{ height: `${(depth + 1) * rowRem}rem` }}>
              {boxes.map((box) => (
                <Box
                  key={box.id}
                  box={box}
                  whole={flame.value}
                  active={box.id === focused}
                  match={matching.has(box.id)}
                  onZoom={() => zoomTo(box.id)}
                  onPoint={() => setPointed(box.id)}
                  onFocus={() => {
                    setActive(box.id);
                    setPointed(null);
                  }}
                />
              ))}
            </div>
          </div>
          <div className={classes.readout} aria-hidden>
            {read !== undefined && frameText(read, flame.value)}
          </div>
          <VisuallyHidden>Arrow keys go from frame to frame, Enter zooms, Escape shows the whole.</VisuallyHidden>
        </>
      )}
    </section>
  );
}

const frameText = (frame: FlameFrame, whole: number): string =>
  `${frame.name}, ${placeText(frame)}: ${durationText(frame.value)} (${percent(frame.value, whole)}), itself ${durationText(frame.self)}`;

const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10}%`;

interface BoxProps {
  box: FlameBox;
  whole: number;
  active: boolean;
  match: boolean;
  onZoom: () => void;
  onPoint: () => void;
  onFocus: () => void;
}

function Box({
  box: { id, frame, depth, from, width, around },
  whole,
  active,
  match,
  onZoom,
  onPoint,
  onFocus,
}: BoxProps) {
  const hue = hueOf(frame);
  const style = {
    left: `${from * 100}%`,
    width: `${width * 100}%`,
    top: `${depth * rowRem}rem`,
    '--hue': hue ?? 0,
  } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the graph hears the keys of all its items
    <div
      role="treeitem"
      className={classes.box}
      style={style}
      data-id={id}
      data-engine={hue === null || undefined}
      data-around={around || undefined}
      data-match={match || undefined}
      aria-level={depth + 1}
      aria-selected={false}
      aria-label={frameText(frame, whole)}
      tabIndex={active ? 0 : -1}
      onClick={onZoom}
      onMouseEnter={onPoint}
      onFocus={onFocus}
    >
      {width > 0.02 && frame.name}
    </div>
  );
}
