import { useCallback, useEffect, useState } from 'react';
import { dirtyFields, serverErrors } from '../../kit/form/field-state.ts';
import { type Clashes, rebase } from './rebase.ts';

export type DraftErrors<V> = { readonly [K in keyof V]?: string | undefined };

export interface Draft<V extends object> {
  readonly values: V;
  readonly set: (change: Partial<V>) => void;
  readonly errors: DraftErrors<V>;
  /** What is wrong and of no field that is here. */
  readonly otherErrors: readonly string[];
  readonly dirty: boolean;
  /** Only what differs from what is stored. */
  readonly changes: Partial<V>;
  /** What the changes were made on. */
  readonly revision: number;
  /** Fields that somebody else changed too; each is to be decided before it is saved. */
  readonly clashes: Clashes<V>;
  /** Fields that somebody else changed, and that were not touched here. */
  readonly taken: readonly string[];
  readonly decide: (name: keyof V & string, side: 'mine' | 'theirs') => void;
  /** Says what is wrong with fields; true where nothing is. */
  readonly check: (errors: DraftErrors<V>) => boolean;
  /** Takes care of an error that names fields, or that says somebody else was faster; else false. */
  readonly refuse: (error: unknown, names?: { readonly [K in keyof V]?: string }) => boolean;
  readonly reset: () => void;
  /** What is in the form is what is stored now. */
  readonly saved: (values: V, revision: number) => void;
}

interface State<V> {
  readonly base: V;
  readonly revision: number;
  readonly values: V;
  readonly clashes: Clashes<V>;
  readonly taken: readonly string[];
}

/**
 * The fields of something that others may change meanwhile. `stored` is what the server says now: what comes anew is put under
 * what was typed, so that a save always names the revision that the person has seen.
 */
export function useDraft<V extends object>(stored: V, revision: number): Draft<V> {
  const [state, setState] = useState<State<V>>({ base: stored, revision, values: stored, clashes: {}, taken: [] });
  const [errors, setErrors] = useState<DraftErrors<V>>({});
  const [otherErrors, setOther] = useState<readonly string[]>([]);
  if (revision > state.revision) {
    const { values, clashes, taken } = rebase(state.base, state.values, stored);
    const open = Object.fromEntries(
      Object.entries({ ...state.clashes, ...clashes }).map(([name]) => [name, stored[name as keyof V]]),
    ) as Clashes<V>;
    const clean = dirtyFields(state.base, state.values).length === 0;
    setState({ base: stored, revision, values, clashes: open, taken: clean ? [] : [...state.taken, ...taken] });
  }
  const dirtyNames = dirtyFields(state.base, state.values);
  const dirty = dirtyNames.length > 0;
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [dirty]);
  const set = useCallback((change: Partial<V>) => {
    setState((before) => ({ ...before, values: { ...before.values, ...change } }));
    setErrors((before) => ({ ...before, ...Object.fromEntries(Object.keys(change).map((name) => [name, undefined])) }));
    setOther([]);
  }, []);
  const check = (found: DraftErrors<V>) => {
    setErrors(found);
    setOther([]);
    const first = Object.entries(found).find(([, text]) => text !== undefined)?.[0];
    if (first !== undefined) setTimeout(() => document.getElementsByName(first)[0]?.focus());
    return first === undefined;
  };
  return {
    values: state.values,
    set,
    errors,
    otherErrors,
    dirty,
    changes: Object.fromEntries(dirtyNames.map((name) => [name, state.values[name]])) as Partial<V>,
    revision: state.revision,
    clashes: state.clashes,
    taken: state.taken,
    decide: (name, side) =>
      setState((before) => {
        const { [name]: theirs, ...clashes } = before.clashes;
        const values = side === 'theirs' ? { ...before.values, [name]: theirs } : before.values;
        return { ...before, values, clashes: clashes as Clashes<V> };
      }),
    check,
    refuse: (error, names) => {
      const code = (error as { code?: unknown } | null)?.code;
      // What is stored is read anew after every save, and with it comes what the other person did.
      if (code === 'REVISION_MISMATCH') return true;
      if (code !== 'VALIDATION_FAILED') return false;
      const { fields, rest } = serverErrors(error, state.values, names);
      if (Object.keys(fields).length + rest.length === 0) return false;
      check(fields as DraftErrors<V>);
      setOther(rest);
      return true;
    },
    reset: () => {
      setState((before) => ({ ...before, values: before.base, clashes: {}, taken: [] }));
      setErrors({});
      setOther([]);
    },
    saved: (values, next) => {
      setState({ base: values, revision: next, values, clashes: {}, taken: [] });
      setErrors({});
      setOther([]);
    },
  };
}
