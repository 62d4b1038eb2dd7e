import { sameValue } from '../../kit/form/field-state.ts';

/** A field that two people changed to different values. */
export type Clashes<V> = { readonly [K in keyof V]?: V[K] };

export interface Rebased<V> {
  /** What is in the form now: of a clash still what was typed here. */
  readonly values: V;
  /** Of every field that both changed, what the other person made of it. */
  readonly clashes: Clashes<V>;
  /** Fields that were left alone here and have the other person's value now. */
  readonly taken: readonly (keyof V & string)[];
}

/** Carries what was typed over to what is stored now, field by field. Nothing that was typed is dropped. */
export function rebase<V extends object>(base: V, mine: V, theirs: V): Rebased<V> {
  const values = { ...mine };
  const clashes: { [K in keyof V]?: V[K] } = {};
  const taken: (keyof V & string)[] = [];
  for (const name of Object.keys(theirs) as (keyof V & string)[]) {
    if (sameValue(base[name], theirs[name]) || sameValue(mine[name], theirs[name])) continue;
    if (sameValue(base[name], mine[name])) {
      values[name] = theirs[name];
      taken.push(name);
    } else clashes[name] = theirs[name];
  }
  return { values, clashes, taken };
}
