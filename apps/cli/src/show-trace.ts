import type { FlameFrame, Span, Trace } from '@ratchet/contract/entities/trace';
import type { Output } from './output.ts';

const barWidth = 30;
/** Frames with less of the time than this are left out. */
const leastShare = 0.01;
const mostFrameDepth = 40;

const time = (ms: number): string => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`);

/** A trace for people: a line per span, indented under what it is part of, with where it lies in the whole. */
export function timeline({ spans, durationMs, flame }: Trace, out: Pick<Output, 'dim' | 'bad'>): string[] {
  const whole = Math.max(durationMs ?? 0, ...spans.map((span) => span.startMs + span.durationMs), 0.001);
  const under = Map.groupBy(spans, (span) => span.parentId);
  const rows: { label: string; span: Span }[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const span of [...(under.get(parent) ?? [])].sort((a, b) => a.startMs - b.startMs)) {
      rows.push({ label: `${'  '.repeat(depth)}${labelOf(span)}`, span });
      walk(span.id, depth + 1);
    }
  };
  walk(null, 0);
  const width = Math.min(70, Math.max(...rows.map(({ label }) => label.length)));
  const lines = rows.flatMap(({ label, span }) => {
    const cut = label.length > width ? `${label.slice(0, width - 1)}…` : label.padEnd(width);
    const line = `${cut}  ${bar(span, whole)}  ${time(span.durationMs).padStart(9)}`;
    const indent = ' '.repeat(label.length - label.trimStart().length + 2);
    return span.error === null ? [line] : [out.bad(line), out.bad(`${indent}${span.error}`)];
  });
  return flame === null ? lines : [...lines, '', out.dim('Processor time'), ...flameLines(flame)];
}

function labelOf({ kind, name, attributes }: Span): string {
  if (kind === 'http') {
    const { method, url, status, responseBytes } = attributes;
    return `${method} ${url} → ${status ?? 'no answer'}${typeof responseBytes === 'number' ? `, ${responseBytes} bytes` : ''}`;
  }
  return kind === 'compile' && attributes.cached === true ? `${name} (cached)` : name;
}

const bar = ({ startMs, durationMs }: Span, whole: number): string => {
  const from = Math.min(barWidth - 1, Math.floor((startMs / whole) * barWidth));
  const length = Math.max(1, Math.min(barWidth - from, Math.round((durationMs / whole) * barWidth)));
  return `${'.'.repeat(from)}${'#'.repeat(length)}`.padEnd(barWidth, '.');
};

function flameLines(flame: FlameFrame): string[] {
  const lines: string[] = [];
  const walk = (frame: FlameFrame, depth: number): void => {
    if (frame.value < flame.value * leastShare || depth > mostFrameDepth) return;
    const share = `${Math.round((frame.value / Math.max(flame.value, 0.001)) * 100)}%`.padStart(4);
    const place = frame.file === null ? '' : `  ${frame.file}${frame.line === null ? '' : `:${frame.line}`}`;
    lines.push(`${share} ${time(frame.value).padStart(9)}  ${'  '.repeat(depth)}${frame.name}${place}`);
    for (const child of frame.children) walk(child, depth + 1);
  };
  walk(flame, 0);
  return lines;
}
