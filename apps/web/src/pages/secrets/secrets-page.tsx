import { Stack } from '@mantine/core';
import { useIdentity, useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { Credentials } from './credentials.tsx';
import { Secrets } from './secrets.tsx';

const defaults = { tab: 'secrets' };

export function SecretsPage() {
  const [{ tab }, setUrl] = useUrlState(defaults);
  const may = useMay();
  const identity = useIdentity();
  const tabs = [
    ...(may('administer') ? [{ value: 'secrets', label: 'Secrets of tasks', content: <Secrets /> }] : []),
    ...(may('manage_repository') && identity?.everywhere
      ? [{ value: 'credentials', label: 'Credentials of repositories', content: <Credentials /> }]
      : []),
  ];
  return (
    <Stack>
      <PageHead
        title="Secrets"
        text="Kept encrypted, and never shown again by anything: they can be set, replaced and deleted."
      />
      {identity && tabs.length === 0 ? (
        <EmptyState
          title="You may not see what secrets there are"
          text="Secrets of tasks need the permission administer, credentials manage_repository everywhere. Ask an administrator."
        />
      ) : (
        <PageTabs label="Kinds of secrets" value={tab} onChange={(next) => setUrl({ tab: next })} tabs={tabs} />
      )}
    </Stack>
  );
}
