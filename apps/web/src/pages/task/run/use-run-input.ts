import type { Task } from '@ratchet/contract/entities/task';
import { useCallback, useState } from 'react';

const nameOf = (taskId: string): string => `ratchet:task-input:${taskId}`;

/** The input that the next run gets; it stays over a reload. */
export function useRunInput(task: Pick<Task, 'id' | 'inputSchema'>): [unknown, (input: unknown) => void] {
  const [input, setInput] = useState<unknown>(() => {
    try {
      const kept = sessionStorage.getItem(nameOf(task.id));
      return kept === null ? beginning(task.inputSchema) : (JSON.parse(kept) as unknown);
    } catch {
      return beginning(task.inputSchema);
    }
  });
  const change = useCallback(
    (next: unknown) => {
      setInput(next);
      try {
        sessionStorage.setItem(nameOf(task.id), JSON.stringify(next) ?? 'null');
      } catch {
        // Too large to be kept: it stays as long as the page does.
      }
    },
    [task.id],
  );
  return [input, change];
}

type Schema = Readonly<Record<string, unknown>>;

/** What a schema says to begin with: its default, or the defaults of its members. */
export function beginning(schema: Task['inputSchema']): unknown {
  if (typeof schema !== 'object' || schema === null) return {};
  const { default: usual, type, properties } = schema as Schema;
  if (usual !== undefined) return usual;
  if (type === 'array') return [];
  if (type === 'string') return '';
  if (type !== undefined && type !== 'object') return undefined;
  if (typeof properties !== 'object' || properties === null) return {};
  return Object.fromEntries(
    Object.entries(properties as Record<string, unknown>).flatMap(([name, member]) => {
      const first = typeof member === 'object' && member !== null ? (member as Schema).default : undefined;
      return first === undefined ? [] : [[name, first]];
    }),
  );
}
