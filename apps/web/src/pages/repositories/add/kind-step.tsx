import { Radio, Stack } from '@mantine/core';
import type { RepositoryType } from '@ratchet/contract/entities/repository';

const kinds: readonly { value: RepositoryType; label: string; description: string }[] = [
  {
    value: 'git',
    label: 'Git',
    description: 'A branch on any Git server, over https, ssh or a path. Pushes are commits, or pull requests',
  },
  {
    value: 'filesystem',
    label: 'Folder',
    description: 'A folder on the server. Changes in it are seen at once',
  },
  {
    value: 'http',
    label: 'HTTP registry',
    description: 'An index of files at a web address, such as another Ratchet',
  },
  { value: 'zip', label: 'Zip archive', description: 'One archive on the server. It is written whole, never in part' },
];

interface KindStepProps {
  readonly value: RepositoryType;
  readonly onChange: (type: RepositoryType) => void;
  /** It was made already: its kind stays. */
  readonly fixed: boolean;
}

/** What kind of repository is added. */
export function KindStep({ value, onChange, fixed }: KindStepProps) {
  return (
    <Radio.Group
      label="Where are the tasks?"
      description={fixed ? 'It is saved already, so its kind stays. Discard it to choose another' : undefined}
      value={value}
      onChange={(type) => onChange(type as RepositoryType)}
    >
      <Stack gap="xs" mt="sm">
        {kinds.map((kind) => (
          <Radio.Card key={kind.value} value={kind.value} p="sm" disabled={fixed} aria-label={kind.label}>
            <Radio.Indicator style={{ float: 'left', marginTop: 3, marginRight: 12 }} />
            <div style={{ overflow: 'hidden' }}>
              <div style={{ fontWeight: 600 }}>{kind.label}</div>
              <div style={{ fontSize: 'var(--mantine-font-size-sm)' }}>{kind.description}</div>
            </div>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}
