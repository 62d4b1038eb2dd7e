import { Button, Collapse, Group, MultiSelect, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { IconAdjustments } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { read } from '../../../api/queries.ts';
import { useEverywhere } from '../../../api/use-identity.ts';

export interface RunSettings {
  readonly timeoutMs: number | null;
  readonly record: boolean;
  readonly profile: boolean;
  /** Output destinations. */
  readonly outputs: string[];
}
export const usualSettings: RunSettings = { timeoutMs: null, record: false, profile: false, outputs: [] };

interface RunOptionsProps {
  readonly settings: RunSettings;
  readonly onChange: (settings: RunSettings) => void;
  /** Buttons beside the one that opens the options. */
  readonly children?: ReactNode;
}

/** What a run may be given besides its input. */
export function RunOptions({ settings, onChange, children }: RunOptionsProps) {
  const [open, setOpen] = useState(settings !== usualSettings);
  const seesAll = useEverywhere();
  const { data } = useQuery({
    ...read('outputDestinations', 'list', { limit: 200, page: 1 }),
    enabled: open && seesAll,
    retry: false,
  });
  const own = data?.items.filter(({ isGlobal, enabled }) => !isGlobal && enabled) ?? [];
  const everywhere = data?.items.filter(({ isGlobal, enabled }) => isGlobal && enabled) ?? [];
  const set = (change: Partial<RunSettings>) => onChange({ ...settings, ...change });
  return (
    <Stack gap="xs">
      <Group>
        <Button
          size="xs"
          variant="default"
          aria-expanded={open}
          leftSection={<IconAdjustments size={14} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          Options
        </Button>
        {children}
        <Text size="xs" c="dimmed">
          {saidOf(settings)}
        </Text>
      </Group>
      <Collapse expanded={open}>
        <Stack gap="sm">
          <NumberInput
            label="Timeout"
            description="Milliseconds; the task’s own without"
            min={1}
            max={86_400_000}
            allowDecimal={false}
            maw={280}
            value={settings.timeoutMs ?? ''}
            onChange={(value) => set({ timeoutMs: typeof value === 'number' ? value : null })}
          />
          <Switch
            label="Record it"
            description="Keeps its requests, clock and seed, so that it can be replayed"
            checked={settings.record}
            onChange={(event) => set({ record: event.currentTarget.checked })}
          />
          <Switch
            label="Profile it"
            description="Its trace then has a flame graph"
            checked={settings.profile}
            onChange={(event) => set({ profile: event.currentTarget.checked })}
          />
          <MultiSelect
            label="Also deliver the output to"
            description={
              everywhere.length > 0
                ? `It goes to ${everywhere.map(({ name }) => name).join(', ')} in any case`
                : 'Destinations that are not for every output'
            }
            placeholder={own.length === 0 ? 'There is none' : undefined}
            data={own.map(({ id, name, type }) => ({ value: id, label: `${name} (${type})` }))}
            value={settings.outputs}
            onChange={(outputs) => set({ outputs })}
            disabled={own.length === 0}
            maw={480}
          />
        </Stack>
      </Collapse>
    </Stack>
  );
}

function saidOf({ timeoutMs, record, profile, outputs }: RunSettings): string {
  const said = [
    timeoutMs === null ? '' : `at most ${timeoutMs.toLocaleString('en')} ms`,
    record ? 'recorded' : '',
    profile ? 'profiled' : '',
    outputs.length > 0 ? `delivered to ${outputs.length} more` : '',
  ].filter((one) => one !== '');
  return said.length > 0 ? said.join(', ') : 'As usual';
}
