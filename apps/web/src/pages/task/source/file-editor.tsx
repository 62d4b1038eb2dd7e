import { ActionIcon, Button, FileButton, Group, Menu, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconDots, IconDownload, IconPencil, IconRotate, IconTrash, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { CodeEditor, languageOf, type Reveal } from '../../../kit/editor/index.tsx';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { dropped, fileKey, keyName, type Part, written } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import { PathDialog } from './add-file.tsx';
import { BinaryFile } from './binary-file.tsx';
import { partInTheWay } from './carriers.ts';
import { fileContent } from './file-content.ts';
import { syntaxProblems } from './syntax-problems.ts';
import { metadataSchema, schemaSchema, testSchema } from './task-schemas.ts';
import type { Check } from './use-check.ts';
import { useFileActs } from './use-file-acts.tsx';
import { parsed } from './use-part.ts';

interface FileEditorProps {
  readonly path: string;
  readonly check: Check;
  /** The line to go to, where one is asked for. */
  readonly reveal: Reveal | undefined;
  readonly onOpen: (path: string) => void;
  readonly onPart: (part: Part) => void;
}

/** One file: edited where it is text, shown where it is not. */
export function FileEditor({ path, check, reveal, onOpen, onPart }: FileEditorProps) {
  const { task, entry, drafts } = useTask();
  const file = task.files.find((one) => one.path === path);
  const draft = drafts.items[fileKey(path)];
  const { data, error, refetch } = useQuery({
    ...fileContent(task.id, file ?? { path, digest: '' }),
    enabled: file !== undefined,
  });
  if (!file && !draft)
    return (
      <EmptyState
        order={2}
        title={`There is no file ${path}`}
        text="It may have been renamed or deleted. Choose another one from the list."
        action={<Button onClick={() => onOpen(entry)}>Open the code</Button>}
      />
    );
  const size = file ? `${file.size.toLocaleString('en')} bytes${file.mode === '100755' ? ', executable' : ''}` : 'gone';
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs" style={{ minWidth: 0 }}>
          <Title order={2} size="h4" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {path}
          </Title>
          <Text size="xs" c="dimmed">
            {size}
          </Text>
        </Group>
        {file && <FileMenu path={path} onOpen={onOpen} />}
      </Group>
      {!file && (
        <Notice tone="attention" title="This file was deleted meanwhile">
          Your edit of it is still here. Saving shows what changed and lets you decide.
        </Notice>
      )}
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!draft && !data && !error && <Skeleton role="status" height={360} aria-label={`Loading ${path}`} />}
      {!draft && data?.encoding === 'base64' && <BinaryFile file={data} />}
      {(draft || data?.encoding === 'utf8') && (
        <TextFile
          path={path}
          saved={data?.encoding === 'utf8' ? data.content : null}
          check={check}
          reveal={reveal}
          onPart={onPart}
        />
      )}
    </Stack>
  );
}

interface TextFileProps {
  readonly path: string;
  readonly saved: string | null;
  readonly check: Check;
  readonly reveal: Reveal | undefined;
  readonly onPart: (part: Part) => void;
}

function TextFile({ path, saved, check, reveal, onPart }: TextFileProps) {
  const { task, entry, drafts, changeDrafts, mayEdit } = useTask();
  const key = fileKey(path);
  const draft = drafts.items[key];
  const language = languageOf(path);
  const blocking = partInTheWay(task, entry, path, drafts);
  const { found, current, of } = check;
  const problems = useMemo(
    () =>
      // Lines of another text mean other lines.
      (current ? (found?.problems ?? []) : []).flatMap((problem) =>
        problem.path === path && problem.line !== undefined ? [{ ...problem, line: problem.line }] : [],
      ),
    [current, found, path],
  );
  // What the server says of code is not said twice; what it cannot read at all is told here to the character.
  const toldThere = of === 'typed' && (language === 'javascript' || language === 'typescript');
  const validate = useCallback(
    async (text: string) => (toldThere ? [] : syntaxProblems(text, language)),
    [language, toldThere],
  );
  const unreadable =
    language === 'json' && draft !== undefined && parsed(draft.text.replace(/^\uFEFF/, '')) === undefined;
  const schema = useMemo(() => schemaFor(path, task), [path, task]);
  const change = (text: string) =>
    changeDrafts((all) => written(all, key, { base: saved, text, revision: task.revision }));
  return (
    <>
      {blocking && (
        <Notice tone="attention" title={`${keyName(blocking)} has unsaved edits`}>
          <Group justify="space-between">
            <Text size="sm">It is kept in this file. Save or discard those edits before you edit the file itself.</Text>
            <Button size="xs" variant="default" onClick={() => onPart(blocking)}>
              Open {keyName(blocking).toLowerCase()}
            </Button>
          </Group>
        </Notice>
      )}
      <CodeEditor
        value={draft?.text ?? saved ?? ''}
        onChange={mayEdit && !blocking ? change : undefined}
        readOnly={!mayEdit || blocking !== null}
        language={language}
        label={`${path}${draft ? ', not saved' : ''}`}
        problems={unreadable ? [] : problems}
        schema={schema}
        validate={validate}
        reveal={reveal}
        minHeight={320}
        maxHeight="70vh"
      />
    </>
  );
}

function schemaFor(path: string, task: Parameters<typeof testSchema>[0]): object | null {
  if (path === 'metadata.json') return metadataSchema;
  if (/^(input|output)\.schema\.json$/.test(path)) return schemaSchema;
  return /^tests\/.*\.json$/i.test(path) ? testSchema(task) : null;
}

function FileMenu({ path, onOpen }: { readonly path: string; readonly onOpen: (path: string) => void }) {
  const { entry, drafts, changeDrafts, mayEdit } = useTask();
  const { remove, rename, upload, download } = useFileActs();
  const [renaming, setRenaming] = useState(false);
  const dirty = Object.hasOwn(drafts.items, fileKey(path));
  return (
    <Group gap="xs" wrap="nowrap">
      {dirty && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRotate size={14} aria-hidden />}
          onClick={() => changeDrafts((all) => dropped(all, [fileKey(path)]))}
        >
          Discard
        </Button>
      )}
      <Menu position="bottom-end" withinPortal keepMounted>
        <Menu.Target>
          <ActionIcon variant="default" aria-label={`What to do with ${path}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void download(path)}>
            Download
          </Menu.Item>
          {mayEdit && (
            <>
              <FileButton onChange={(file) => void (file && upload([file], onOpen, path))}>
                {({ onClick }) => (
                  <Menu.Item leftSection={<IconUpload size={16} aria-hidden />} onClick={onClick}>
                    Replace by a file…
                  </Menu.Item>
                )}
              </FileButton>
              <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setRenaming(true)}>
                Rename…
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => remove.mutate({ path, opened: () => onOpen(entry) })}
              >
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <PathDialog
        opened={renaming}
        onClose={() => setRenaming(false)}
        title={`Rename ${path}`}
        button="Rename"
        initial={path}
        busy={rename.isPending}
        onPath={(to) =>
          rename.mutate({
            from: path,
            to,
            opened: () => {
              setRenaming(false);
              onOpen(to);
            },
          })
        }
      />
    </Group>
  );
}
