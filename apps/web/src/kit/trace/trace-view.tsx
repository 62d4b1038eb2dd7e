import { Text } from '@mantine/core';
import type { Span } from '@ratchet/contract/entities/trace';
import { IconAlertTriangle, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { JsonView } from '../state/json-view.tsx';
import { durationText } from '../state/times.ts';
import { axisTicks, type SpanRow, spanRows, wholeMs } from './span-rows.ts';
import '../state/palette.css';
import classes from './trace.module.css';

export interface TraceViewProps {
  spans: readonly Span[];
  /** Of the whole trace; null while it runs. */
  durationMs: number | null;
  /** Whose trace it is. */
  label: string;
  empty?: ReactNode;
}

/**
 * What an execution did, as a waterfall of its spans. Up and Down go from span to span, Right and Left open and close what
 * lies in one, Enter shows its details.
 */
export function TraceView({ spans, durationMs, label, empty }: TraceViewProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => spanRows(spans, durationMs, closed), [spans, durationMs, closed]);
  const whole = wholeMs(spans, durationMs);
  const current = rows.find(({ span }) => span.id === active) ?? rows[0];
  const shown = spans.find(({ id }) => id === chosen);

  const focus = (id: string | undefined) => {
    if (id === undefined) return;
    setActive(id);
    requestAnimationFrame(() => tree.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus());
  };
  const turn = (id: string, close: boolean) =>
    setClosed((before) => {
      const next = new Set(before);
      if (close) next.add(id);
      else next.delete(id);
      return next;
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (current === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows.indexOf(current);
    const { id, parentId } = current.span;
    const open = !closed.has(id);
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(rows[at + 1]?.span.id),
      ArrowUp: () => focus(rows[at - 1]?.span.id),
      Home: () => focus(rows[0]?.span.id),
      End: () => focus(rows.at(-1)?.span.id),
      ArrowRight: () => {
        if (current.children === 0) return;
        if (open) focus(rows[at + 1]?.span.id);
        else turn(id, false);
      },
      ArrowLeft: () => {
        if (current.children > 0 && open) turn(id, true);
        else focus(rows.find(({ span }) => span.id === parentId)?.span.id);
      },
      Enter: () => setChosen(chosen === id ? null : id),
      ' ': () => setChosen(chosen === id ? null : id),
      Escape: () => setChosen(null),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  if (spans.length === 0)
    return <div className={classes.frame}>{empty ?? <Text p="md">There is nothing in this trace yet.</Text>}</div>;
  return (
    <div className={`${classes.frame} ${classes.waterfall}`}>
      <div className={classes.axis} aria-hidden>
        {axisTicks(whole).map((ms) => (
          <span key={ms} className={classes.tick} style={{ left: `${(ms / whole) * 100}%` }}>
            {durationText(ms)}
          </span>
        ))}
      </div>
      <div ref={tree} className={classes.rows} role="tree" aria-label={label} onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <SpanLine
            key={row.span.id}
            row={row}
            open={!closed.has(row.span.id)}
            active={row === current}
            chosen={row.span.id === chosen}
            onChoose={() => {
              setActive(row.span.id);
              setChosen(row.span.id === chosen ? null : row.span.id);
            }}
            onTurn={() => turn(row.span.id, !closed.has(row.span.id))}
          />
        ))}
      </div>
      {shown !== undefined && <SpanDetails span={shown} />}
    </div>
  );
}

interface SpanLineProps {
  row: SpanRow;
  open: boolean;
  active: boolean;
  chosen: boolean;
  onChoose: () => void;
  onTurn: () => void;
}

function SpanLine({
  row: { span, depth, children, from, width },
  open,
  active,
  chosen,
  onChoose,
  onTurn,
}: SpanLineProps) {
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const after = from + width;
  // Beside the bar where there is room, else before it.
  const beside = after < 0.85 ? { left: `${after * 100}%` } : { right: `${(1 - from) * 100}%` };
  const inside = after >= 0.85 && from < 0.15;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree hears the keys of all its items
    <div
      role="treeitem"
      className={classes.row}
      data-id={span.id}
      aria-level={depth + 1}
      aria-expanded={children === 0 ? undefined : open}
      aria-selected={chosen}
      aria-label={spanText(span)}
      tabIndex={active ? 0 : -1}
      onClick={onChoose}
    >
      <span className={classes.name} style={{ paddingInlineStart: `${0.5 + Math.min(depth, 12) * 0.8}rem` }}>
        {children > 0 ? (
          <Chevron
            size={14}
            aria-hidden
            style={{ flex: 'none' }}
            onClick={(event) => {
              event.stopPropagation();
              onTurn();
            }}
          />
        ) : (
          <span style={{ width: 14, flex: 'none' }} />
        )}
        {span.error !== null && (
          <IconAlertTriangle size={14} className={classes.error} aria-hidden style={{ flex: 'none' }} />
        )}
        <span className={classes.nameText} title={span.name}>
          {span.name}
        </span>
      </span>
      {/* Keeps the name and the length apart where they are read as one text. */ ' '}
      <span className={classes.track}>
        <span
          className={classes.bar}
          data-kind={span.kind}
          data-error={span.error === null ? undefined : true}
          style={{ left: `${Math.min(from, 0.995) * 100}%`, width: `${width * 100}%` }}
        />
        {!inside && (
          <span className={classes.length} style={beside}>
            {durationText(span.durationMs)}
          </span>
        )}
      </span>
    </div>
  );
}

const spanText = ({ name, kind, startMs, durationMs, error }: Span): string => {
  const said = [`${name} ${durationText(durationMs)}`];
  if (kind !== name) said.push(kind);
  said.push(`from ${durationText(startMs)}`);
  if (error !== null) said.push(`failed: ${error}`);
  return said.join(', ');
};

function SpanDetails({ span }: { span: Span }) {
  return (
    <section className={classes.details} aria-label={`Details of ${span.name}`}>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {span.name}
      </Text>
      <Text size="sm">
        {span.kind}, from {durationText(span.startMs)}, took {durationText(span.durationMs)}
      </Text>
      {span.error !== null && (
        <Text size="sm" className={classes.error}>
          {span.error}
        </Text>
      )}
      {Object.keys(span.attributes).length > 0 && (
        <JsonView value={span.attributes} label={`attributes of ${span.name}`} />
      )}
    </section>
  );
}
