import { Button, Group, Stack, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { RatchetError } from '@ratchet/contract/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { CodeEditor, HunkMerge } from '../../kit/editor/index.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { LeaveGuard } from '../administration/leave-guard.tsx';
import { begun, type DocumentDraft, type DocumentPath, followed, isDirty, isOvertaken } from './document-draft.ts';

interface Props {
  readonly spec: Spec;
  readonly path: DocumentPath;
  readonly content: string | null;
  readonly reveal: number | null;
  readonly readOnly: boolean;
  /** null: it is open because a line of it was asked for. */
  readonly onClose: (() => void) | null;
}

const members = { 'proposal.md': 'proposalContent', 'design.md': 'designContent', 'tasks.md': 'tasksContent' } as const;

/** Edits a document of a change. Where somebody else changed it meanwhile, both are brought together before it is saved. */
export function DocumentEditor({ spec, path, content, reveal, readOnly, onClose }: Props) {
  const queries = useQueryClient();
  const stored = { content, revision: spec.revision };
  const [kept, setDraft] = useState<DocumentDraft>(() => begun(stored));
  const draft = followed(isDirty(kept) ? kept : begun(stored), stored);
  const [merge, setMerge] = useState<{ readonly text: string | null; readonly open: number }>({ text: null, open: 1 });
  const overtaken = isOvertaken(draft, stored);
  const dirty = isDirty(draft);
  const place = useMemo(() => (reveal === null ? undefined : { line: reveal }), [reveal]);
  const problems = useMemo(
    () =>
      dirty
        ? []
        : spec.problems.flatMap((problem) =>
            problem.path === path && problem.line !== undefined
              ? [
                  {
                    line: problem.line,
                    message: problem.message,
                    severity: problem.severity === 'error' ? ('error' as const) : ('warning' as const),
                  },
                ]
              : [],
          ),
    [dirty, spec.problems, path],
  );
  const save = useAction<{ readonly text: string; readonly revision: number }, Spec>({
    act: ({ text, revision }) =>
      client.specs.update({ id: spec.documentId, [members[path]]: text, expectedRevision: revision }),
    changes: ['specs', 'projects', 'conflicts'],
    done: ({ revision }) => `Saved as revision ${revision}`,
    onDone: (after, { text }) => {
      setDraft({ base: text, text, revision: after.revision });
      for (const key of [spec.documentId, spec.specId])
        queries.setQueryData(['specs', 'get', { id: key }], (known: Spec | undefined) => known && after);
    },
    // What somebody else saved is read anew, and shown beside this.
    onFailed: (error) => error instanceof RatchetError && error.code !== 'UNAVAILABLE',
  });
  const store = () => !readOnly && dirty && !overtaken && save.mutate({ text: draft.text, revision: draft.revision });
  const code = save.error instanceof RatchetError ? save.error.code : null;
  return (
    <Stack>
      <LeaveGuard dirty={dirty} what={path} />
      <Group justify="space-between">
        <Text size="sm" ff="monospace">
          {path}
          {dirty ? ', not saved' : ''}
        </Text>
        {!readOnly && (
          <Group gap="xs">
            <Button size="xs" variant="default" disabled={!dirty} onClick={() => setDraft(begun(stored))}>
              Discard
            </Button>
            <Button
              size="xs"
              disabled={!dirty || overtaken}
              loading={save.isPending}
              onClick={store}
              title="Save (Ctrl+S or ⌘S)"
            >
              Save
            </Button>
            {onClose && (
              <Button size="xs" variant="default" disabled={dirty} onClick={onClose}>
                Done
              </Button>
            )}
          </Group>
        )}
        {readOnly && onClose && (
          <Button size="xs" variant="default" onClick={onClose}>
            Done
          </Button>
        )}
      </Group>
      {save.error && !save.isPending && code !== 'REVISION_MISMATCH' && <ErrorPanel error={save.error} />}
      {overtaken ? (
        <Stack>
          <Notice tone="attention" role="status" title="It was changed elsewhere meanwhile">
            What fits together is merged. Decide the rest; until then your edit stays as it is.
          </Notice>
          <HunkMerge
            base={draft.base}
            local={draft.text}
            remote={content}
            language="markdown"
            localLabel="Yours"
            remoteLabel="Theirs"
            onChange={(text, { unresolved }) => setMerge({ text, open: unresolved })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setDraft(begun(stored))}>
              Take theirs
            </Button>
            <Button
              disabled={merge.open > 0 || merge.text === null}
              loading={save.isPending}
              onClick={() => merge.text !== null && save.mutate({ text: merge.text, revision: spec.revision })}
            >
              {merge.open > 0 ? `${merge.open} ${merge.open === 1 ? 'place' : 'places'} to decide` : 'Save the merge'}
            </Button>
          </Group>
        </Stack>
      ) : (
        <CodeEditor
          value={draft.text}
          onChange={readOnly ? undefined : (text) => setDraft({ ...draft, text })}
          readOnly={readOnly}
          language="markdown"
          label={`${path}${dirty ? ', not saved' : ''}`}
          problems={problems}
          onSave={store}
          reveal={place}
          minHeight={320}
          maxHeight="70vh"
        />
      )}
    </Stack>
  );
}
