import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../../../api/live.ts';

/** What a sync or a push may have changed. */
const touched = ['repositories', 'registry', 'conflicts', 'tasks', 'pushes', 'pullRequests'] as const;
const waitMs = 600;

interface Events {
  /** Repositories in which a sync is under way, as far as was heard. */
  readonly running: ReadonlySet<string>;
  /** When something last happened, as the stream says; null: nothing yet. */
  readonly lastAt: string | null;
}

/**
 * Has what was read of repositories read anew when something happens in them, or in one of them; many events close to each
 * other cause one reading.
 */
export function useRepositoryEvents(repositoryId?: string): Events {
  const queries = useQueryClient();
  const [events, setEvents] = useState<Events>({ running: new Set(), lastAt: null });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  useLive('repositories', (event) => {
    if (repositoryId !== undefined && event.repositoryId !== repositoryId) return;
    setEvents(({ running }) => {
      const next = new Set(running);
      if (event.type === 'sync_started') next.add(event.repositoryId);
      else if (/_(completed|failed)$/.test(event.type)) next.delete(event.repositoryId);
      return { running: next, lastAt: event.at };
    });
    timer.current ??= setTimeout(() => {
      timer.current = null;
      for (const entity of touched) void queries.invalidateQueries({ queryKey: [entity] });
    }, waitMs);
  });
  return events;
}
