import { Stack } from '@mantine/core';
import { useUrlState } from '../../../app/use-url-state.ts';
import { CodeEditor } from '../../../kit/editor/index.tsx';
import { MetadataForm } from './metadata-form.tsx';
import { PartHead } from './part-head.tsx';
import { syntaxProblems } from './syntax-problems.ts';
import { metadataSchema } from './task-schemas.ts';
import { usePart } from './use-part.ts';

const address = { view: 'form' };
const views = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
];
const validate = (text: string) => syntaxProblems(text, 'json');

/** Everything the metadata says, as a form and as JSON; both are one text. */
export function MetadataEditor({ onOpen }: { readonly onOpen: (path: string) => void }) {
  const part = usePart('metadata');
  const [{ view: wanted }, setAddress] = useUrlState(address);
  const view = views.some((one) => one.value === wanted) ? wanted : 'form';
  return (
    <Stack gap="sm">
      <PartHead
        title="Metadata"
        views={views}
        view={view}
        onView={(next) => setAddress({ view: next })}
        part={part}
        onOpen={onOpen}
      />
      {view === 'json' && part.ready ? (
        <CodeEditor
          value={part.text}
          onChange={part.mayChange ? part.change : undefined}
          readOnly={!part.mayChange}
          language="json"
          label={`Metadata as JSON${part.dirty ? ', not saved' : ''}`}
          schema={metadataSchema}
          validate={validate}
          minHeight={320}
          maxHeight="70vh"
        />
      ) : (
        <MetadataForm onJson={() => setAddress({ view: 'json' })} />
      )}
    </Stack>
  );
}
