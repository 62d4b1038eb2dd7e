import { Skeleton, Stack } from '@mantine/core';

/** While a page of one thing is read. */
export function PageSkeleton({ label }: { label: string }) {
  return (
    <Stack role="status" aria-label={label} aria-busy>
      <Skeleton h={34} w={260} />
      <Skeleton h={18} w="60%" />
      <Skeleton h={220} />
    </Stack>
  );
}
