import { Stack } from '@mantine/core';
import { PageHeader } from '../administration/page-header.tsx';
import { KeyList } from './key-list.tsx';

export function KeysPage() {
  return (
    <Stack>
      <PageHeader title="API keys" />
      <KeyList />
    </Stack>
  );
}
