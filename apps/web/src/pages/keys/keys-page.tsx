import { Stack } from '@mantine/core';
import { PageHead } from '../../app/page-head.tsx';
import { KeyList } from './key-list.tsx';

export function KeysPage() {
  return (
    <Stack>
      <PageHead title="API keys" />
      <KeyList />
    </Stack>
  );
}
