import { Alert, Button, FileInput, Group, List, Modal, Progress, Select, Stack, Text } from '@mantine/core';
import { callWithBytes } from '@ratchet/client/call-with-bytes';
import { table } from '@ratchet/contract/operations/table';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type OutputOf, read } from '../../api/queries.ts';
import { countText } from '../../kit/state/times.ts';

type Result = OutputOf<'tasks', 'import'>;
type Conflict = 'fail' | 'skip' | 'replace' | 'rename';

/** Takes tasks over from a zip file: first says what it would do. */
export function ImportTasks({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [repositoryId, setRepositoryId] = useState<string | null>(null);
  const [onConflict, setOnConflict] = useState<Conflict>('fail');
  const repositories = useQuery(read('repositories', 'list', { limit: 200, page: 1 }));
  const writable = repositories.data?.items.filter(({ isWritable }) => isWritable) ?? [];
  const send = useMutation<Result, Error, boolean>({
    mutationFn: async (dryRun) => {
      if (!file) throw new Error('No file was chosen.');
      return callWithBytes(
        table.tasks.import,
        { format: 'zip', onConflict, dryRun, ...(repositoryId ? { repositoryId } : {}) },
        { body: new Uint8Array(await file.arrayBuffer()), type: 'application/zip' },
        { baseUrl: '' },
      );
    },
    onError: () => undefined,
    onSettled: () => {
      for (const entity of ['tasks', 'repositories', 'registry'] as const)
        void queries.invalidateQueries({ queryKey: [entity] });
    },
  });
  const planned = send.data !== undefined && send.variables;
  const changed = () => send.reset();
  return (
    <Modal opened onClose={onClose} title="Import tasks" size="lg">
      <Stack>
        <Text size="sm">
          A zip file with a folder for each task, as Export makes it. Nothing is stored before you have seen what would
          be.
        </Text>
        <FileInput
          label="Zip file"
          accept=".zip,application/zip"
          placeholder="Choose a file"
          value={file}
          onChange={(chosen) => {
            setFile(chosen);
            changed();
          }}
          clearable
          data-autofocus
        />
        <Select
          label="Into repository"
          description="The default one, where none is chosen"
          data={writable.map(({ id, name }) => ({ value: id, label: name }))}
          value={repositoryId}
          onChange={(value) => {
            setRepositoryId(value);
            changed();
          }}
          clearable
          searchable
        />
        <Select
          label="Where a task is there already"
          data={[
            { value: 'fail', label: 'Import nothing at all' },
            { value: 'skip', label: 'Keep the one that is there' },
            { value: 'replace', label: 'Replace it; its history stays' },
            { value: 'rename', label: 'Keep both, the new one under another name' },
          ]}
          value={onConflict}
          onChange={(value) => {
            setOnConflict((value ?? 'fail') as Conflict);
            changed();
          }}
          allowDeselect={false}
        />
        {send.isPending && <Progress value={100} animated aria-label="Reading the file" />}
        {send.error && (
          <Alert color="red" role="alert" title="Nothing was imported">
            {send.error.message}
          </Alert>
        )}
        {send.data && <Outcome result={send.data} planned={send.variables === true} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {send.data && !send.variables ? 'Close' : 'Cancel'}
          </Button>
          {planned ? (
            <Button onClick={() => send.mutate(false)} loading={send.isPending}>
              Import them
            </Button>
          ) : (
            <Button onClick={() => send.mutate(true)} disabled={!file} loading={send.isPending}>
              See what would be imported
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ result, planned }: { result: Result; planned: boolean }) {
  const parts = [
    [planned ? 'New' : 'Imported', result.imported],
    [planned ? 'Would be replaced' : 'Replaced', result.replaced],
  ] as const;
  return (
    <Stack gap="xs" role="status">
      {parts
        .filter(([, tasks]) => tasks.length > 0)
        .map(([title, tasks]) => (
          <Text key={title} size="sm">
            <strong>
              {title} ({countText(tasks.length)}):
            </strong>{' '}
            {tasks
              .slice(0, 20)
              .map(({ name }) => name)
              .join(', ')}
            {tasks.length > 20 && ' …'}
          </Text>
        ))}
      {result.imported.length + result.replaced.length === 0 && <Text size="sm">No task would be stored.</Text>}
      {result.skipped.length > 0 && (
        <List size="sm" aria-label="Left out">
          {result.skipped.slice(0, 20).map(({ repositoryPath, reason }) => (
            <List.Item key={repositoryPath}>
              {repositoryPath}: {reason}
            </List.Item>
          ))}
        </List>
      )}
      {result.problems.length > 0 && (
        <Alert color="yellow" title={`${countText(result.problems.length)} problems`}>
          <List size="sm">
            {result.problems.slice(0, 20).map((problem) => (
              <List.Item key={`${problem.path} ${problem.message}`}>
                {problem.path}: {problem.message}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
