import { Button, FileButton, Group, Stack, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconBraces,
  IconChevronDown,
  IconChevronRight,
  IconFile,
  IconFileCode,
  IconForms,
  IconListDetails,
  IconPencil,
  IconPlus,
  IconTransform,
  IconUpload,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { fileKey, type Part } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import { AddFile } from './add-file.tsx';
import { treeRows } from './file-tree.ts';
import classes from './source.module.css';
import { useFileActs } from './use-file-acts.tsx';

interface FileListProps {
  readonly part: Part | null;
  readonly path: string | null;
  readonly onFile: (path: string) => void;
  readonly onPart: (part: Part) => void;
}

const partRows: readonly { readonly part: Part; readonly name: string; readonly icon: typeof IconFile }[] = [
  { part: 'input', name: 'Input schema', icon: IconForms },
  { part: 'output', name: 'Output schema', icon: IconTransform },
  { part: 'metadata', name: 'Metadata', icon: IconListDetails },
];

/** The parts of the task, then every file that it is made of. */
export function FileList({ part, path, onFile, onPart }: FileListProps) {
  const { task, entry, drafts, mayEdit } = useTask();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [adding, setAdding] = useState(false);
  const { upload } = useFileActs();
  const dirty = (key: string) => Object.hasOwn(drafts.items, key);
  const rows = treeRows(
    task.files.map((file) => file.path),
    closed,
  );
  const toggle = (folder: string) =>
    setClosed(
      (before) => new Set(before.has(folder) ? [...before].filter((one) => one !== folder) : [...before, folder]),
    );
  // What is kept in one file or two has no folder for more.
  const hasFolder = task.storageType === 'folder' || task.storageType === 'manifest';
  return (
    <Stack component="nav" gap="xs" aria-label="Parts and files of the task">
      <ul className={classes.list}>
        <Row
          name="Code"
          icon={<IconFileCode size={16} aria-hidden />}
          current={path === entry}
          dirty={dirty(fileKey(entry))}
          onClick={() => onFile(entry)}
        />
        {partRows.map(({ part: one, name, icon: Icon }) => (
          <Row
            key={one}
            name={name}
            icon={<Icon size={16} aria-hidden />}
            current={part === one}
            dirty={dirty(one)}
            onClick={() => onPart(one)}
          />
        ))}
      </ul>
      <Text size="xs" fw={600} c="dimmed" component="h2" px={8} m={0}>
        Files ({task.files.length})
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.files} aria-label="Files" tabIndex={0}>
        <ul className={classes.list}>
          {rows.map((row) =>
            row.kind === 'folder' ? (
              <Row
                key={`${row.path}/`}
                name={`${row.name}/`}
                depth={row.depth}
                icon={
                  closed.has(row.path) ? (
                    <IconChevronRight size={16} aria-hidden />
                  ) : (
                    <IconChevronDown size={16} aria-hidden />
                  )
                }
                expanded={!closed.has(row.path)}
                onClick={() => toggle(row.path)}
              />
            ) : (
              <Row
                key={row.path}
                name={row.name}
                depth={row.depth}
                icon={
                  row.name.endsWith('.json') ? <IconBraces size={16} aria-hidden /> : <IconFile size={16} aria-hidden />
                }
                current={path === row.path}
                dirty={dirty(fileKey(row.path))}
                onClick={() => onFile(row.path)}
              />
            ),
          )}
        </ul>
      </section>
      {mayEdit && (
        <Tooltip
          label={`This task is kept in ${task.files.map((file) => file.path).join(' and ')}: there is no folder for more files.`}
          disabled={hasFolder}
          multiline
          w={260}
        >
          <Group gap="xs" px={8}>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={!hasFolder}
              onClick={() => setAdding(true)}
            >
              Add a file
            </Button>
            <FileButton multiple disabled={!hasFolder} onChange={(files) => void upload(files, onFile)}>
              {(props) => (
                <Button
                  {...props}
                  size="xs"
                  variant="default"
                  disabled={!hasFolder}
                  leftSection={<IconUpload size={14} aria-hidden />}
                >
                  Upload
                </Button>
              )}
            </FileButton>
          </Group>
        </Tooltip>
      )}
      <AddFile opened={adding} onClose={() => setAdding(false)} onAdded={onFile} />
    </Stack>
  );
}

interface RowProps {
  readonly name: string;
  readonly icon: ReactNode;
  readonly depth?: number;
  readonly current?: boolean;
  readonly dirty?: boolean;
  readonly expanded?: boolean;
  readonly onClick: () => void;
}

function Row({ name, icon, depth = 0, current, dirty, expanded, onClick }: RowProps) {
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        style={{ paddingInlineStart: 8 + depth * 14 }}
        aria-current={current ? 'true' : undefined}
        aria-expanded={expanded}
        onClick={onClick}
      >
        {icon}
        <span className={classes.name}>{name}</span>
        {dirty && (
          <span className={classes.mark} title="Not saved">
            <IconPencil size={14} aria-hidden />
            <VisuallyHidden>, not saved</VisuallyHidden>
          </span>
        )}
      </button>
    </li>
  );
}
