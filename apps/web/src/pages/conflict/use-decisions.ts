import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useCallback, useEffect, useState } from 'react';
import { begin, type Decisions, type FileDecision, goOn, type Way } from './decisions.ts';

const keyOf = (id: string): string => `ratchet.conflict.${id}`;

function kept(id: string): Decisions | null {
  try {
    const text = sessionStorage.getItem(keyOf(id));
    return text === null ? null : (JSON.parse(text) as Decisions);
  } catch {
    return null;
  }
}

/** The decisions of a conflict. They outlive a reload of the page, as long as the browser has room for them. */
export function useDecisions(conflict: Conflict) {
  const { id } = conflict;
  const [decisions, setDecisions] = useState<Decisions>(() => kept(id) ?? begin(conflict));
  const untouched = Object.keys(decisions.files).length + Object.keys(decisions.written).length === 0;
  // Nothing was decided yet: it begins with the conflict as it is.
  if (untouched && decisions.revision !== conflict.revision) setDecisions({ ...begin(conflict), way: decisions.way });
  useEffect(() => {
    const timer = setTimeout(() => {
      try {
        if (conflict.status === 'open') sessionStorage.setItem(keyOf(id), JSON.stringify(decisions));
      } catch {
        // There is no room: the decisions live as long as the page.
      }
    }, 250);
    return () => clearTimeout(timer);
  }, [id, decisions, conflict.status]);

  const decide = useCallback(
    (path: string, decision: FileDecision) =>
      setDecisions((before) => ({
        ...before,
        files: { ...before.files, [path]: { ...decision, ...movedOf(before, path) } },
      })),
    [],
  );
  const write = useCallback(
    (path: string, text: string | null | undefined) =>
      setDecisions((before) => {
        const { [path]: _, ...rest } = before.written;
        return { ...before, written: text === undefined ? rest : { ...rest, [path]: text } };
      }),
    [],
  );
  return {
    decisions,
    moved: decisions.revision !== conflict.revision,
    decide,
    write,
    chooseWay: (way: Way) => setDecisions((before) => ({ ...before, way })),
    /** What was decided holds for the conflict as it is now too. */
    goOn: () => setDecisions((before) => goOn(conflict, before)),
    startOver: () => setDecisions(begin(conflict)),
    forget: () => {
      try {
        sessionStorage.removeItem(keyOf(id));
      } catch {
        // Nothing is kept where nothing can be.
      }
    },
  };
}

const movedOf = ({ files }: Decisions, path: string) => (files[path]?.moved ? { moved: true } : {});

export type UseDecisions = ReturnType<typeof useDecisions>;
