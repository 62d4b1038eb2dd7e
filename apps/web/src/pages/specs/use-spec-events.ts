import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useLive } from '../../api/live.ts';

/** A burst of files is one look. */
const pauseMs = 300;

/** Has projects, changes and conflicts read anew when something of them was carried from one side to the other. */
export function useSpecEvents(projectId?: string): void {
  const queries = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  useLive('specs', (event) => {
    if (event.type === 'sync_started' || (projectId !== undefined && event.projectId !== projectId)) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = null;
      for (const entity of ['specs', 'projects', 'conflicts']) void queries.invalidateQueries({ queryKey: [entity] });
    }, pauseMs);
  });
}
