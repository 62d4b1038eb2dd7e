import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useUrlState } from '../../../app/use-url-state.ts';
import { CodeEditor } from '../../../kit/editor/index.tsx';
import { SchemaForm } from '../../../kit/form/schema-form.tsx';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { useTask } from '../task-context.ts';
import { PartHead } from './part-head.tsx';
import { SchemaFields } from './schema-fields.tsx';
import { rowsOf } from './schema-rows.ts';
import { syntaxProblems } from './syntax-problems.ts';
import { schemaSchema } from './task-schemas.ts';
import { isRecord, parsed, printed, usePart } from './use-part.ts';

interface SchemaEditorProps {
  readonly side: 'input' | 'output';
  readonly onOpen: (path: string) => void;
}

const address = { view: 'form' };
const validate = (text: string) => syntaxProblems(text, 'json');
const start = { type: 'object', properties: {}, additionalProperties: false };

/** The schema of what goes in or comes out: its members, the JSON itself, and the form that is made of it. */
export function SchemaEditor({ side, onOpen }: SchemaEditorProps) {
  const { task } = useTask();
  const part = usePart(side);
  const [{ view: wanted }, setAddress] = useUrlState(address);
  const [sample, setSample] = useState<unknown>({});
  const value = parsed(part.text);
  const title = side === 'input' ? 'Input schema' : 'Output schema';
  const views = [
    { value: 'form', label: 'Members' },
    { value: 'json', label: 'JSON' },
    { value: 'try', label: side === 'input' ? 'Run form' : 'Try a value' },
  ];
  const view = views.some((one) => one.value === wanted) ? wanted : 'form';
  const asJson = () => setAddress({ view: 'json' });
  const head = (
    <PartHead
      title={title}
      views={views}
      view={view}
      onView={(next) => setAddress({ view: next })}
      part={part}
      onOpen={onOpen}
    />
  );
  if (!part.ready)
    return (
      <Stack gap="sm">
        {head}
        <Skeleton height={240} />
      </Stack>
    );
  if (part.text.trim() === '' && view !== 'json')
    return (
      <Stack gap="sm">
        {head}
        <EmptyState
          order={3}
          title={`No ${side} schema`}
          text={
            side === 'input'
              ? 'Any JSON is taken, and the run form is a plain editor. Say what goes in, and it is checked before every run.'
              : 'Any JSON may come out. Say what comes out, and every run is checked against it.'
          }
          action={part.mayChange && <Button onClick={() => part.change(printed(start))}>Describe the {side}</Button>}
        />
      </Stack>
    );
  const rows = rowsOf(value);
  return (
    <Stack gap="sm">
      {head}
      {view === 'json' && (
        <CodeEditor
          value={part.text}
          onChange={part.mayChange ? part.change : undefined}
          readOnly={!part.mayChange}
          language="json"
          label={`${title} as JSON${part.dirty ? ', not saved' : ''}`}
          schema={schemaSchema}
          validate={validate}
          minHeight={320}
          maxHeight="70vh"
        />
      )}
      {view !== 'json' && value === undefined && <NotShown text="It is not valid JSON now." onJson={asJson} />}
      {view === 'form' && value !== undefined && rows === null && (
        <NotShown text="It is not the schema of an object with members, so it has no form here." onJson={asJson} />
      )}
      {view === 'form' && rows !== null && isRecord(value) && (
        <SchemaFields
          rows={rows}
          schema={value}
          disabled={!part.mayChange}
          onChange={(next) => part.change(printed(next))}
        />
      )}
      {view === 'try' && value !== undefined && (
        <SchemaForm
          schema={isRecord(value) ? value : null}
          value={sample}
          onChange={setSample}
          label={`${title} of ${task.name}, tried out`}
        />
      )}
      {part.mayChange && view !== 'try' && (
        <Group>
          <Button size="xs" variant="default" onClick={() => part.change('')}>
            Remove the schema
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function NotShown({ text, onJson }: { readonly text: string; readonly onJson: () => void }) {
  return (
    <Notice tone="neutral">
      <Group justify="space-between">
        <Text size="sm">{text} Nothing that was typed is lost.</Text>
        <Button size="xs" variant="default" onClick={onJson}>
          Edit it as JSON
        </Button>
      </Group>
    </Notice>
  );
}
