import type { Span } from '@ratchet/contract/entities/trace';

export interface SpanPair {
  readonly key: string;
  readonly name: string;
  readonly kind: Span['kind'];
  readonly a: Span | null;
  readonly b: Span | null;
}

/** Spans of two traces side by side: those of the same kind and name in the order that they began. */
export function pairSpans(a: readonly Span[], b: readonly Span[]): SpanPair[] {
  const pairs = new Map<string, { name: string; kind: Span['kind']; a: Span | null; b: Span | null }>();
  const add = (side: 'a' | 'b', spans: readonly Span[]) => {
    const counts = new Map<string, number>();
    for (const span of [...spans].sort((x, y) => x.startMs - y.startMs)) {
      // The root is named after its task.
      const name = span.kind === 'execution' ? 'execution' : span.name;
      const same = `${span.kind}\n${name}`;
      const count = counts.get(same) ?? 0;
      counts.set(same, count + 1);
      const key = `${same}\n${count}`;
      const held = pairs.get(key) ?? { name, kind: span.kind, a: null, b: null };
      pairs.set(key, { ...held, [side]: span });
    }
  };
  add('a', a);
  add('b', b);
  return [...pairs]
    .map(([key, pair]) => ({ key, ...pair }))
    .sort((x, y) => ((x.a ?? x.b)?.startMs ?? 0) - ((y.a ?? y.b)?.startMs ?? 0));
}
