import { useEffect, useRef, useState } from 'react';

/**
 * Calls `reached` when the element that the ref is given comes into sight, once for every count of rows: a page that failed to
 * load is asked for again when the person comes back to the end.
 */
export function useEnd(
  reached: (() => void) | undefined,
  { count, loading, total }: { count: number; loading: boolean; total: number | undefined },
) {
  const [mark, setMark] = useState<HTMLElement | null>(null);
  const [near, setNear] = useState(false);
  const asked = useRef(-1);
  const wanted = reached !== undefined && count > 0 && (total === undefined || count < total);
  useEffect(() => {
    if (mark === null || !wanted) return;
    const observer = new IntersectionObserver(([entry]) => {
      const now = entry?.isIntersecting === true;
      if (!now) asked.current = -1;
      setNear(now);
    });
    observer.observe(mark);
    return () => observer.disconnect();
  }, [mark, wanted]);
  useEffect(() => {
    if (!near || !wanted || loading || asked.current === count) return;
    asked.current = count;
    reached();
  }, [near, wanted, loading, count, reached]);
  return setMark;
}
