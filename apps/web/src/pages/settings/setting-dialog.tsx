import { Button, Code, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { issuesOf } from '../../kit/state/error-words.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { SettingInput } from './setting-input.tsx';
import { type Config, type SettingRow, shownValue, sourceWords } from './setting-values.ts';

interface Props {
  readonly row: SettingRow | null;
  readonly config: Config;
  readonly onClose: () => void;
}

/** One setting: what it means, where it comes from, and its value, to be changed where the file decides. */
export function SettingDialog({ row, config, onClose }: Props) {
  return (
    <Modal
      opened={row !== null}
      onClose={onClose}
      title={row?.name ?? ''}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {row && <Form key={row.name} row={row} config={config} onClose={onClose} />}
    </Modal>
  );
}

interface Values {
  readonly value: SettingRow['value'];
}

function Form({ row, config, onClose }: { row: SettingRow; config: Config; onClose: () => void }) {
  const hidden = row.secret || (row.value !== undefined && JSON.stringify(row.value).includes('"***"'));
  // What only stands for a secret is no value to begin with.
  const draft = useDraft<Values>({ value: hidden ? undefined : row.value }, config.revision);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const fixed = row.source === 'environment' || row.source === 'argument';
  const save = useAction({
    act: (value: SettingRow['value']) =>
      client.config.update({ changes: { [row.name]: value ?? null }, expectedRevision: draft.revision }),
    changes: ['config'],
    done: ({ restartNeeded }) =>
      restartNeeded.includes(row.name) ? 'Saved. It counts after the next start of the server' : 'Saved. It counts now',
    onDone: onClose,
    onFailed: (error) => {
      if (draft.refuse(error, { value: `changes.${row.name}` })) return true;
      if (issuesOf(error).length === 0) return false;
      return true;
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unreadable === null && draft.check({})) save.mutate(draft.values.value);
  };
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {row.meaning && <Text>{row.meaning}</Text>}
        <Facts row={row} />
        <ChangedMeanwhile draft={draft} names={{ value: row.name }} hidden={hidden ? ['value'] : []} />
        <FormErrors errors={draft.otherErrors} />
        {fixed ? (
          <Text size="sm">
            {row.source === 'environment'
              ? `The server’s environment sets it (${row.variables.join(', ') || 'a variable'}), which counts more than the file. Change it there.`
              : 'The command that started the server sets it, which counts more than the file. Change it there.'}
          </Text>
        ) : (
          <>
            <SettingInput
              row={row}
              hidden={hidden}
              value={draft.values.value}
              onChange={(value) => draft.set({ value })}
              error={unreadable ?? draft.errors.value}
              onUnreadable={setUnreadable}
            />
            <Text size="sm">
              {row.restart ? 'A change counts after the next start of the server.' : 'A change counts at once.'} The
              server checks the whole configuration before it writes anything.
            </Text>
          </>
        )}
        <Group justify="space-between">
          {row.source === 'file' && !fixed ? (
            <Button variant="default" loading={save.isPending} onClick={() => save.mutate(null)}>
              Back to the default
            </Button>
          ) : (
            <span />
          )}
          <Group>
            <Button variant="default" onClick={onClose}>
              {fixed ? 'Close' : 'Cancel'}
            </Button>
            {!fixed && (
              <Button
                type="submit"
                loading={save.isPending}
                disabled={!draft.dirty || undecided || unreadable !== null}
              >
                Save
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

function Facts({ row }: { row: SettingRow }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Counts now', shownValue(row.value)],
    ['Comes from', sourceWords[row.source ?? 'default'] ?? ''],
    ['Kind', row.type],
    ['Default', row.usual || 'none'],
    ['Variables', row.variables.join(', ') || 'none'],
  ];
  return (
    <Table aria-label={`About ${row.name}`} verticalSpacing={4}>
      <Table.Tbody>
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w={110}>
              {name}
            </Table.Th>
            <Table.Td>
              <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{value}</Code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
