import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { dirtyFields, type FieldErrors, serverErrors } from './field-state.ts';

export interface Fields<V extends object> {
  values: V;
  errors: FieldErrors<V>;
  /** What the server said of no field that is here. */
  formErrors: readonly string[];
  dirty: boolean;
  dirtyNames: readonly (keyof V & string)[];
  set: <K extends keyof V>(name: K, value: V[K]) => void;
  /** `{ value, onChange, error }` of a field; `onChange` takes the value or an event of an input. */
  field: <K extends keyof V & string>(name: K) => FieldProps<V[K]>;
  /** `{ checked, onChange, error }` of a box or switch. */
  check: <K extends keyof V & string>(name: K) => CheckProps;
  /** Shows what is wrong, focuses it, and answers whether nothing is. */
  validate: () => boolean;
  /** Sorts a server's VALIDATION_FAILED to its fields; false for another error. */
  refuse: (error: unknown, names?: { readonly [K in keyof V]?: string }) => boolean;
  /** Begins anew: with what was saved, or what it began with. */
  reset: (values?: V) => void;
}

export interface FieldProps<T> {
  name: string;
  value: T;
  onChange: (value: T | { currentTarget: { value: string } }) => void;
  error: string | undefined;
}
export interface CheckProps {
  name: string;
  checked: boolean;
  onChange: (event: { currentTarget: { checked: boolean } }) => void;
  error: string | undefined;
}

/**
 * The fields of an ordinary form. `guard` keeps the browser from closing a page with changes; where pages are changed inside
 * the application, `dirty` is what its blocker asks.
 */
export function useFields<V extends object>(
  initial: V,
  validate: (values: V) => FieldErrors<V> = () => ({}),
  { guard = true }: { guard?: boolean } = {},
): Fields<V> {
  const [began, setBegan] = useState(initial);
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FieldErrors<V>>({});
  const [formErrors, setFormErrors] = useState<readonly string[]>([]);
  const now = useRef(values);
  now.current = values;
  const names = useMemo(() => dirtyFields(began, values), [began, values]);
  const dirty = names.length > 0;

  useEffect(() => {
    if (!guard || !dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [guard, dirty]);

  const set = useCallback(<K extends keyof V>(name: K, value: V[K]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors((before) => ({ ...before, [name]: undefined }));
  }, []);
  const reset = useCallback(
    (to: V = began) => {
      setBegan(to);
      setValues(to);
      setErrors({});
      setFormErrors([]);
    },
    [began],
  );
  const show = (found: FieldErrors<V>) => {
    setErrors(found);
    const first = Object.keys(found).find((name) => found[name as keyof V] !== undefined);
    // After the errors are drawn, so that a screen reader reads the field with its error.
    if (first !== undefined) setTimeout(() => document.getElementsByName(first)[0]?.focus());
  };
  return {
    values,
    errors,
    formErrors,
    dirty,
    dirtyNames: names,
    set,
    reset,
    field: (name) => ({
      name,
      value: values[name],
      onChange: (given) => set(name, (isEvent(given) ? given.currentTarget.value : given) as V[typeof name]),
      error: errors[name],
    }),
    check: (name) => ({
      name,
      checked: values[name] === true,
      onChange: (event) => set(name, event.currentTarget.checked as V[typeof name]),
      error: errors[name],
    }),
    validate: () => {
      const found = validate(now.current);
      show(found);
      return Object.values(found).every((error) => error === undefined);
    },
    refuse: (error, paths) => {
      if ((error as { code?: unknown } | null)?.code !== 'VALIDATION_FAILED') return false;
      const { fields, rest } = serverErrors(error, now.current, paths);
      show(fields);
      setFormErrors(rest);
      return Object.keys(fields).length + rest.length > 0;
    },
  };
}

const isEvent = (given: unknown): given is { currentTarget: { value: string } } =>
  typeof given === 'object' && given !== null && 'currentTarget' in given && 'nativeEvent' in given;
