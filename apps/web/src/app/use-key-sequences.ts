import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { nav } from './nav.ts';

const pauseMs = 1200;
const targets = new Map(nav.flatMap(({ items }) => items.map(({ keys, to }) => [keys, to] as const)));

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `g` and a letter opens a page. */
export function useKeySequences(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let before = '';
    let at = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const to = event.timeStamp - at < pauseMs ? targets.get(`${before} ${event.key}`) : undefined;
      before = event.key;
      at = event.timeStamp;
      if (to === undefined) return;
      event.preventDefault();
      void navigate({ to });
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [navigate]);
}
