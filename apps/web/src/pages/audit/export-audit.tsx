import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { instantOf } from './audit-input.ts';
import { downloadBase64 } from './download-base64.ts';

/** Hands the audit over as one file, within the times that are set. */
export function ExportAudit({ from, to }: { from: string; to: string }) {
  const [start, end] = [instantOf(from), instantOf(to)];
  const get = useAction({
    act: (format: 'json' | 'csv') =>
      client.audit.export({ format, ...(start ? { from: start } : {}), ...(end ? { to: end } : {}) }),
    changes: [],
    done: ({ count }) => `${count.toLocaleString('en')} events`,
    onDone: ({ fileName, content, format }) =>
      downloadBase64(fileName, content, format === 'csv' ? 'text/csv' : 'application/json'),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} loading={get.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{start || end ? 'Within the times that are set' : 'The whole audit'}, oldest first</Menu.Label>
        <Menu.Item onClick={() => get.mutate('json')}>As JSON</Menu.Item>
        <Menu.Item onClick={() => get.mutate('csv')}>As CSV</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
