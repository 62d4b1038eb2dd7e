/** Filters as a page keeps them in its address; a member that is undefined or empty is not set. */
export type FilterValues = Readonly<Record<string, string | undefined>>;

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface Filter {
  readonly key: string;
  readonly label: string;
  /** One value, several of which one must match, or text. */
  readonly kind: 'select' | 'multi' | 'text';
  readonly options?: readonly Option[];
}

export interface Chip {
  readonly key: string;
  /** Of a filter with several values: the one that the chip is of. */
  readonly value: string;
  readonly text: string;
}

/** The values of a filter with several, which are apart by commas; a comma in a value is escaped. */
export const readList = (value: string | undefined): string[] =>
  value === undefined || value === ''
    ? []
    : value.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%'));

export const writeList = (values: readonly string[]): string | undefined =>
  values.length === 0
    ? undefined
    : values.map((value) => value.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');

/** The filters with one changed; empty takes it away. */
export function withFilter(values: FilterValues, key: string, value: string | undefined): FilterValues {
  const { [key]: _, ...rest } = values;
  return value === undefined || value === '' ? rest : { ...rest, [key]: value };
}

const labelOf = ({ options }: Filter, value: string): string =>
  options?.find((option) => option.value === value)?.label ?? value;

/** A chip for every filter that is set, in the order of the filters. */
export function activeChips(filters: readonly Filter[], values: FilterValues): Chip[] {
  return filters.flatMap((filter) => {
    const { key, label, kind } = filter;
    const value = values[key];
    if (value === undefined || value === '') return [];
    const each = kind === 'multi' ? readList(value) : [value];
    return each.map((one) => ({ key, value: one, text: `${label}: ${labelOf(filter, one)}` }));
  });
}

/** The filters without what a chip stands for. */
export function withoutChip(filters: readonly Filter[], values: FilterValues, chip: Chip): FilterValues {
  const multi = filters.find(({ key }) => key === chip.key)?.kind === 'multi';
  if (!multi) return withFilter(values, chip.key, undefined);
  const rest = readList(values[chip.key]).filter((value) => value !== chip.value);
  return withFilter(values, chip.key, writeList(rest));
}

/** Nothing set of what this bar holds; what else is in the address stays. */
export function clearFilters(filters: readonly Filter[], values: FilterValues, searchKey?: string): FilterValues {
  const own = new Set([...filters.map(({ key }) => key), searchKey]);
  return Object.fromEntries(Object.entries(values).filter(([key]) => !own.has(key)));
}
