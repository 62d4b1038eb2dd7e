import type { SortClause } from '@ratchet/contract/paging';
import type { Sort } from './row-moves.ts';

/** An order as the address writes it: `taskName`, `-queuedAt`. */
export const sortText = ({ field, order }: Sort): string => (order === 'desc' ? `-${field}` : field);

export const sortOf = (text: string): Sort =>
  text.startsWith('-') ? { field: text.slice(1), order: 'desc' } : { field: text, order: 'asc' };

export const sortClauses = (text: string): SortClause[] => (text === '' ? [] : [{ ...sortOf(text) }]);
