import { Code, List, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { RatchetError } from '@ratchet/contract/errors';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';

interface Props {
  /** As they stand in the form, stored or not. */
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
}

const pauseMs = 300;

/** `2026-11-23T02:00:00+01:00` as `Mon 2026-11-23 02:00 +01:00`: the clock of its zone, not of whoever looks. */
function clockWords(local: string): string {
  const [, date = local, time = '', seconds = '', offset = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(.*)$/.exec(local) ?? [];
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return local;
  const weekday = day.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
  return `${weekday} ${date} ${time}${seconds === ':00' ? '' : seconds} ${offset === 'Z' ? '+00:00' : offset}`;
}

/** What the server says of an expression or a zone that it does not take. */
function reasonOf({ message, details }: RatchetError): string {
  const [issue] = Array.isArray(details) ? (details as { message?: unknown }[]) : [];
  return typeof issue?.message === 'string' ? issue.message : message;
}

/** When it runs next, as the server works it out: clocks that change are reckoned with. */
export function NextRuns({ cron, timezone, enabled }: Props) {
  const [asked] = useDebouncedValue({ cron: cron.trim(), timezone }, pauseMs);
  const { data, error, refetch } = useQuery({
    ...read('schedules', 'previewCron', { ...asked, count: 5 }),
    enabled: asked.cron !== '',
    placeholderData: keepPreviousData,
  });
  if (asked.cron === '') return null;
  if (error instanceof RatchetError && error.code === 'VALIDATION_FAILED')
    return (
      <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
        {reasonOf(error)}
      </Text>
    );
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {enabled ? 'Next runs' : 'It is paused. When it is not, it runs next'}
      </Text>
      {data ? (
        <List size="sm" type="ordered">
          {data.runs.map(({ at, local }) => (
            <List.Item key={at}>
              <Code>{clockWords(local)}</Code> <RelativeTime time={at} />
            </List.Item>
          ))}
        </List>
      ) : (
        <Skeleton h={90} />
      )}
    </Stack>
  );
}
