import { Button, Code, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import type { OutputOf } from '../../api/queries.ts';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { countText } from '../../kit/state/times.ts';

/** Walks the chain of the audit and says whether it holds. */
export function VerifyAudit() {
  const [lastHash, setLastHash] = useState('');
  const verify = useMutation({
    mutationFn: () => client.audit.verify(lastHash.trim() ? { lastHash: lastHash.trim() } : {}),
    // Shown below in place of a notice.
    onError: () => undefined,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    verify.mutate();
  };
  return (
    <Paper withBorder p="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group align="end" gap="sm">
            <TextInput
              label="A hash that was kept elsewhere"
              description="Of an earlier check. With it a chain whose end was cut off shows too"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={lastHash}
              onChange={(event) => setLastHash(event.currentTarget.value)}
              maxLength={100}
              spellCheck={false}
              autoComplete="off"
              style={{ flex: '1 1 260px' }}
            />
            <Button type="submit" variant="default" loading={verify.isPending} mb={{ base: 0, sm: 22 }}>
              Check that nothing was changed
            </Button>
          </Group>
          <div role="status">{verify.data && <Result check={verify.data} />}</div>
          {verify.error && <ErrorPanel error={verify.error} onRetry={() => verify.mutate()} />}
        </Stack>
      </form>
    </Paper>
  );
}

function Result({ check }: { check: OutputOf<'audit', 'verify'> }) {
  const range = check.firstSequence === null ? '' : `, number ${check.firstSequence} to ${check.lastSequence}`;
  return (
    <Notice
      tone={check.intact ? 'good' : 'bad'}
      icon={check.intact ? <IconShieldCheck aria-hidden /> : <IconShieldX aria-hidden />}
      title={check.intact ? 'The audit is whole' : 'The audit was changed'}
    >
      <Stack gap={6}>
        <Text size="sm">
          {countText(check.checked)} events were checked{range}.{' '}
          {check.brokenAt !== null && `The first one that does not fit is number ${check.brokenAt}. `}
          {check.reason}
        </Text>
        {check.intact && check.lastHash && (
          <Group gap={6} wrap="nowrap">
            <Text size="sm">Keep this elsewhere:</Text>
            <Code style={{ overflowWrap: 'anywhere' }}>{check.lastHash}</Code>
            <CopyButton value={check.lastHash} label="Copy the last hash" size="xs" />
          </Group>
        )}
        {!check.intact && (
          <Text size="sm">
            Somebody with access to the database itself did that. Compare with a backup, and look who could write there.
          </Text>
        )}
      </Stack>
    </Notice>
  );
}
