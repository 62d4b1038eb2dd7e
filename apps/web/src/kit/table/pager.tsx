import { Group, NativeSelect, Pagination, Text } from '@mantine/core';
import { countText } from '../state/times.ts';
import { pageRange } from './page-range.ts';

export interface PagerProps {
  /** From 1. */
  page: number;
  limit: number;
  total: number;
  onPage: (page: number) => void;
  /** Lets the person choose how many are on a page. */
  onLimit?: (limit: number) => void;
  /** What is paged: "Pages of tasks". */
  label?: string;
}

/** Numbered pages: "26–50 of 1,234". */
export function Pager({ page, limit, total, onPage, onLimit, label = 'Pages' }: PagerProps) {
  const { from, to, pages } = pageRange(page, limit, total);
  return (
    <Group component="nav" aria-label={label} justify="space-between" gap="sm">
      <Text size="sm" role="status">
        {total === 0 ? 'None' : `${countText(from)}–${countText(to)} of ${countText(total)}`}
      </Text>
      <Group gap="sm">
        {onLimit !== undefined && (
          <NativeSelect
            size="xs"
            aria-label="Rows on a page"
            value={String(limit)}
            data={[...new Set([10, 25, 50, 100, limit])].sort((a, b) => a - b).map(String)}
            onChange={(event) => onLimit(Number(event.currentTarget.value))}
          />
        )}
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={page}
            onChange={onPage}
            siblings={1}
            getItemProps={(number) => ({
              'aria-label': `Page ${number}`,
              'aria-current': number === page ? 'page' : undefined,
            })}
            getControlProps={(control) => ({
              'aria-label': { first: 'First page', previous: 'Previous page', next: 'Next page', last: 'Last page' }[
                control
              ],
            })}
          />
        )}
      </Group>
    </Group>
  );
}
