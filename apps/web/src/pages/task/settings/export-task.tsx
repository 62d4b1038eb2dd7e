import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { bytesOf, saveFile } from '../source/bytes.ts';
import { useTask } from '../task-context.ts';

type Export = OutputOf<'tasks', 'export'>;

/** Gives the task out with every file, byte for byte. */
export function ExportTask() {
  const { task } = useTask();
  const give = useAction<'zip' | 'json', Export>({
    act: (format) => client.tasks.export({ ids: [task.id], format }),
    changes: [],
    onDone: ({ archive, files, fileName, problems }, format) => {
      if (format === 'zip' && archive !== null) saveFile(fileName, bytesOf(archive, 'base64'), 'application/zip');
      else saveFile(`${task.name}.json`, JSON.stringify({ format: 'json', files }, null, 2), 'application/json');
      for (const { path, message } of problems) notifications.show({ color: 'orange', title: path, message });
    },
  });
  return (
    <Stack component="section" gap="xs" aria-label="Export">
      <Title order={2} size="h4">
        Export
      </Title>
      <Text size="sm">Every file as it is saved. What is exported can be imported again on any Ratchet server.</Text>
      <Group>
        {(['zip', 'json'] as const).map((format) => (
          <Button
            key={format}
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={give.isPending && give.variables === format}
            onClick={() => give.mutate(format)}
          >
            As {format === 'zip' ? 'a zip file' : 'JSON'}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
