import type { FilterClause, SortClause } from '@ratchet/contract/paging';
import { sortOf } from '../../kit/table/sort-text.ts';

/** The members of a list's input for what is set in the address. */
export function listing(
  state: { readonly q?: string; readonly sort?: string },
  filters: readonly (FilterClauseInput | null)[] = [],
) {
  const set = filters.filter((clause) => clause !== null);
  return {
    ...(state.q ? { q: state.q } : {}),
    ...(state.sort ? { sort: [sortOf(state.sort)] satisfies SortClause[] } : {}),
    ...(set.length > 0 ? { filters: set as FilterClause[] } : {}),
  };
}

type FilterClauseInput = Pick<FilterClause, 'field' | 'value'> & { readonly op?: FilterClause['op'] };

/** A condition where there is a value for it. */
export const where = (
  field: string,
  value: string | undefined,
  op: FilterClause['op'] = 'eq',
): FilterClauseInput | null => (value ? { field, op, value } : null);

export const whereFlag = (field: string, value: string | undefined): FilterClauseInput | null =>
  value === 'yes' || value === 'no' ? { field, op: 'eq', value: value === 'yes' } : null;

export const whereIn = (field: string, values: readonly string[]): FilterClauseInput | null =>
  values.length > 0 ? { field, op: 'eq', value: [...values] } : null;
