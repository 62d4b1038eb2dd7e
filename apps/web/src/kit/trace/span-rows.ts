import type { Span } from '@ratchet/contract/entities/trace';

/** A span in its place: how deep it lies and where it stands in the whole, 0 to 1. */
export interface SpanRow {
  readonly span: Span;
  readonly depth: number;
  readonly children: number;
  readonly from: number;
  readonly width: number;
}

/** The length of what is shown: the trace's own, or where the last span ends. */
export const wholeMs = (spans: readonly Span[], durationMs: number | null): number =>
  Math.max(durationMs ?? 0, ...spans.map(({ startMs, durationMs: ms }) => startMs + ms), 0.001);

/**
 * Spans as rows of a waterfall: those under a span follow it, in the order that they began. A span whose parent is not there
 * stands at the top, and spans that name each other in a ring are not lost.
 */
export function spanRows(spans: readonly Span[], durationMs: number | null, closed: ReadonlySet<string>): SpanRow[] {
  const whole = wholeMs(spans, durationMs);
  const ids = new Set(spans.map(({ id }) => id));
  const under = Map.groupBy(spans, ({ id, parentId }) =>
    parentId !== null && parentId !== id && ids.has(parentId) ? parentId : null,
  );
  const rows: SpanRow[] = [];
  const seen = new Set<string>();
  const place = (roots: readonly Span[]) => {
    const left = inOrder(roots).map((span) => ({ span, depth: 0, hidden: false }));
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { span, depth, hidden } = next;
      if (seen.has(span.id)) continue;
      seen.add(span.id);
      const children = under.get(span.id) ?? [];
      if (!hidden)
        rows.push({
          span,
          depth,
          children: children.length,
          from: span.startMs / whole,
          width: span.durationMs / whole,
        });
      const hide = hidden || closed.has(span.id);
      left.push(...inOrder(children).map((child) => ({ span: child, depth: depth + 1, hidden: hide })));
    }
  };
  place(under.get(null) ?? []);
  for (const span of spans) if (!seen.has(span.id)) place([span]);
  return rows;
}

/** The last first: they are taken from the end. */
const inOrder = (spans: readonly Span[]): Span[] => [...spans].reverse().sort((a, b) => b.startMs - a.startMs);

/** Round figures for the axis, about `count` of them. */
export function axisTicks(whole: number, count = 5): number[] {
  const rough = whole / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let at = 0; at < whole * 0.999; at += step) ticks.push(Number(at.toPrecision(6)));
  return ticks;
}
