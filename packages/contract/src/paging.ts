import * as z from 'zod';

/** The operators a filter may use; `eq` with an array means "in". */
export const filterOperators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'like'] as const;
export type FilterOperator = (typeof filterOperators)[number];

export type FieldType = 'string' | 'number' | 'boolean' | 'datetime' | 'id';

/** What one list can be filtered and sorted by. A field that is not here is a VALIDATION_FAILED, never ignored. */
export interface ListFields {
  readonly filters: Readonly<Record<string, FieldType | readonly string[]>>;
  readonly sorts: readonly string[];
  /** The order without `sort`; every order is made total by the id. */
  readonly defaultSort: readonly { field: string; order: 'asc' | 'desc' }[];
}

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const FilterClause = z
  .object({
    field: z.string().describe('The field to compare'),
    op: z.enum(filterOperators).default('eq').describe('The comparison; like matches a part, without case'),
    value: z.union([Scalar, z.array(Scalar)]).describe('The value, or several of which one must match (eq, ne)'),
  })
  .meta({ id: 'Filter', description: 'One condition on a list; all conditions must hold' });
export type FilterClause = z.output<typeof FilterClause>;

export const SortClause = z
  .object({
    field: z.string().describe('The field to order by'),
    order: z.enum(['asc', 'desc']).default('asc').describe('The direction'),
  })
  .meta({ id: 'Sort', description: 'One level of an order' });
export type SortClause = z.output<typeof SortClause>;

/** The members every list takes. Transports write them in their own notation and hand over this shape. */
const listMembers = {
  page: z.int().min(1).max(1_000_000).default(1).describe('Page number, from 1'),
  limit: z.int().min(1).max(1000).default(25).describe('Items in a page, 1 to 1000'),
  cursor: z.string().optional().describe('Goes on where the page that answered this cursor ended'),
  sort: z.array(SortClause).max(8).optional().describe('The order'),
  filters: z.array(FilterClause).max(50).optional().describe('Conditions that must all hold'),
  q: z.string().max(500).optional().describe('Text to search for'),
};

/** The input of a list: paging, order, filters and search, checked against what this list offers. */
export const listInput = <S extends z.ZodRawShape = Record<never, z.ZodType>>(fields: ListFields, extra: S = {} as S) =>
  z.object({ ...listMembers, ...extra }).superRefine((input, ctx) => {
    const { sort, filters } = input as { sort?: SortClause[]; filters?: FilterClause[] };
    for (const [i, s] of (sort ?? []).entries())
      if (!fields.sorts.includes(s.field))
        ctx.addIssue({ code: 'custom', path: ['sort', i], message: unknownField('sort', s.field, fields.sorts) });
    for (const [i, f] of (filters ?? []).entries()) {
      const type = fields.filters[f.field];
      if (type === undefined) {
        const known = Object.keys(fields.filters);
        ctx.addIssue({ code: 'custom', path: ['filters', i], message: unknownField('filter', f.field, known) });
        continue;
      }
      for (const value of Array.isArray(f.value) ? f.value : [f.value]) {
        const wrong = mistypedFilter(type, f.op, value);
        if (wrong) ctx.addIssue({ code: 'custom', path: ['filters', i], message: `${f.field}: ${wrong}` });
      }
    }
  });

const unknownField = (use: string, field: string, known: readonly string[]): string =>
  `There is no ${use} field ${JSON.stringify(field)}; there are ${known.join(', ')}.`;

function mistypedFilter(type: FieldType | readonly string[], op: FilterOperator, value: unknown): string | null {
  if (value === null) return op === 'eq' || op === 'ne' ? null : 'null can only be compared with eq and ne.';
  if (typeof type !== 'string')
    return op === 'like' || type.includes(String(value)) ? null : `must be one of ${type.join(', ')}.`;
  if (op === 'like' && type !== 'string') return `like compares text, and this is a ${type}: use another operator.`;
  if (type === 'number' && typeof value !== 'number') return 'must be a number.';
  if (type === 'boolean' && typeof value !== 'boolean') return 'must be true or false.';
  if (type === 'datetime' && Number.isNaN(Date.parse(String(value)))) return 'must be an ISO 8601 time.';
  if (type === 'id' && !z.uuid().safeParse(value).success) return 'must be an id.';
  return null;
}

export const PageMeta = z
  .object({
    page: z.int().describe('This page, from 1'),
    limit: z.int().describe('Items in a full page'),
    total: z.int().describe('Items over all pages'),
    totalPages: z.int().describe('Pages'),
    hasNext: z.boolean().describe('Whether a page follows'),
    hasPrevious: z.boolean().describe('Whether a page goes before'),
    nextCursor: z.string().nullable().describe('The cursor that goes on after this page; null at the end'),
  })
  .meta({ id: 'PageMeta', description: 'Where a page stands in its list' });
export type PageMeta = z.output<typeof PageMeta>;

/** `{ items, meta }`, the one shape of every list. */
export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z.object({ items: z.array(item), meta: PageMeta }).meta({ id, description: 'One page of a list' });

export interface ListRequest {
  page: number;
  limit: number;
  cursor?: string | undefined;
  sort?: SortClause[] | undefined;
  filters?: FilterClause[] | undefined;
  q?: string | undefined;
}

export interface Page<T> {
  items: T[];
  meta: PageMeta;
}
