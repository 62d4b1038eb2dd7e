import { Stack } from '@mantine/core';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { Alerts } from './alerts.tsx';
import { Appearance } from './appearance.tsx';
import { Configuration } from './configuration.tsx';
import { ServerHealth } from './server-health.tsx';

const defaults = { tab: 'server' };

export function SettingsPage() {
  const [{ tab }, setUrl] = useUrlState(defaults);
  const may = useMay();
  return (
    <Stack>
      <PageHead title="Settings" />
      <PageTabs
        label="Parts of the settings"
        value={tab}
        onChange={(next) => setUrl({ tab: next })}
        tabs={[
          { value: 'server', label: 'Server', content: <ServerHealth /> },
          ...(may('administer')
            ? [{ value: 'configuration', label: 'Configuration', content: <Configuration /> }]
            : []),
          { value: 'alerts', label: 'Alerts', content: <Alerts /> },
          { value: 'appearance', label: 'Appearance', content: <Appearance /> },
        ]}
      />
    </Stack>
  );
}
