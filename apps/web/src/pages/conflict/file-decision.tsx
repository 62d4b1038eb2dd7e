import { Button, Group, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { CodeEditor, DiffView, HunkMerge, languageOf, StructuredMerge } from '../../kit/editor/index.tsx';
import { type ConflictFile, kindOf, localLabel, remoteLabel, stateNames } from './conflict-words.ts';
import { type Decisions, hasMoved, writtenOf } from './decisions.ts';
import type { UseDecisions } from './use-decisions.ts';

interface FileDecisionProps {
  readonly file: ConflictFile;
  readonly decisions: Decisions;
  readonly use: Pick<UseDecisions, 'decide' | 'write'>;
}

/** Decides one file, in the way that fits it. */
export function FileDecision({ file, decisions, use }: FileDecisionProps) {
  const kind = kindOf(file);
  if (kind === 'settled') return <Settled file={file} decisions={decisions} use={use} />;
  if (kind === 'whole') return <Whole file={file} decisions={decisions} use={use} />;
  const decision = decisions.files[file.path];
  const language = languageOf(file.path);
  const sides = { base: file.base, local: file.local, remote: file.remote, localLabel, remoteLabel };
  // What was chosen of other sides has names that may mean other places now; its text is taken up.
  const begun = hasMoved(file, decisions) ? undefined : decision?.picked;
  const by = kind === 'values' ? (decision?.by ?? 'values') : 'lines';
  return (
    <Stack gap="sm">
      {kind === 'values' && (
        <SegmentedControl
          aria-label="Decided by"
          value={by}
          onChange={(next) =>
            use.decide(file.path, {
              text: file.local,
              unresolved: file.hunks.length,
              choices: null,
              picked: {},
              by: next as 'lines' | 'values',
            })
          }
          data={[
            { value: 'values', label: 'Value by value' },
            { value: 'lines', label: 'Line by line' },
          ]}
          style={{ alignSelf: 'flex-start' }}
        />
      )}
      {by === 'values' ? (
        <StructuredMerge
          {...sides}
          local={file.local ?? ''}
          remote={file.remote ?? ''}
          suggested={file.merged}
          hunks={file.hunks}
          begin={begun as Record<string, 'local' | 'remote'> | undefined}
          onChange={({ text, unresolved, choices, members }) =>
            use.decide(file.path, {
              text: text ?? undefined,
              unresolved,
              choices,
              picked: Object.fromEntries(members.map(({ id, choice }) => [id, choice])),
              by,
            })
          }
        />
      ) : (
        <HunkMerge
          {...sides}
          {...(kind === 'values' ? {} : { suggested: file.merged, hunks: file.hunks })}
          language={language}
          value={decision?.text ?? null}
          begin={begun}
          onChange={(text, { unresolved, choices, picked }) =>
            use.decide(file.path, {
              text,
              unresolved,
              // Lines that were compared here have names that the server does not know.
              choices: kind === 'values' ? null : choices,
              picked,
              by,
            })
          }
        />
      )}
    </Stack>
  );
}

/** Both sides fit together: the result is shown, and can be written over. */
function Settled({ file, decisions, use }: FileDecisionProps) {
  const byHand = decisions.written[file.path];
  const language = languageOf(file.path);
  const said = {
    local_only: 'Only changed here: it stays as it is.',
    remote_only: 'Only changed upstream: the change is taken over.',
    merged: 'Changed on both sides in different places: the two are merged.',
  }[file.state as string];
  if (byHand !== undefined)
    return (
      <Stack gap="sm">
        <CodeEditor
          value={byHand ?? ''}
          onChange={(text) => use.write(file.path, text)}
          language={language}
          label={`Text of ${file.path}`}
          minHeight={200}
          maxHeight={560}
        />
        <Group>
          <Button variant="default" size="xs" onClick={() => use.write(file.path, undefined)}>
            Take the merge as it was
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="sm">
      <Text size="sm">{said ?? stateNames[file.state]} Nothing is to be decided.</Text>
      {file.merged === null ? (
        <Text size="sm">
          {file.local === null && file.remote === null ? 'It is not text, or it is removed.' : 'The file is removed.'}
        </Text>
      ) : (
        <>
          <DiffView
            before={file.local}
            after={file.merged}
            beforeLabel={localLabel}
            afterLabel="Result"
            language={language}
            collapseUnchanged
            maxHeight={420}
          />
          <Group>
            <Button variant="default" size="xs" onClick={() => use.write(file.path, file.merged)}>
              Write it by hand
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

/** It is not text: one side holds, as a whole. */
function Whole({ file, decisions, use }: FileDecisionProps) {
  const decision = decisions.files[file.path];
  const hunk = file.hunks[0]?.id ?? 'file';
  const has = (side: 'local' | 'remote') => file.state !== `${side}_deleted`;
  const choose = (choice: 'local' | 'remote') =>
    use.decide(file.path, {
      text: undefined,
      unresolved: 0,
      choices: { [hunk]: choice },
      picked: { [hunk]: choice },
      by: 'lines',
    });
  return (
    <Radio.Group
      label="It is not text, and is taken from one side as a whole"
      value={decision?.picked[hunk] ?? null}
      onChange={(value) => choose(value as 'local' | 'remote')}
    >
      <Stack gap="xs" mt="xs">
        <Radio value="local" label={has('local') ? 'Keep what is here' : 'Leave it deleted, as here'} />
        <Radio value="remote" label={has('remote') ? 'Take what is upstream' : 'Delete it, as upstream'} />
      </Stack>
    </Radio.Group>
  );
}

/** The text of one file, written by hand whole. */
export function WrittenFile({ file, decisions, use }: FileDecisionProps) {
  const text = writtenOf(file, decisions);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        {file.local !== null && (
          <Button size="xs" variant="default" onClick={() => use.write(file.path, file.local)}>
            Begin with what is here
          </Button>
        )}
        {file.remote !== null && (
          <Button size="xs" variant="default" onClick={() => use.write(file.path, file.remote)}>
            Begin with upstream
          </Button>
        )}
        {file.merged !== null && (
          <Button size="xs" variant="default" onClick={() => use.write(file.path, file.merged)}>
            Begin with the suggested merge
          </Button>
        )}
        {text !== null && (
          <Button size="xs" variant="default" onClick={() => use.write(file.path, null)}>
            Remove the file
          </Button>
        )}
      </Group>
      {text === null ? (
        <Text size="sm">The file is removed. Begin with one of the texts above to keep it.</Text>
      ) : (
        <CodeEditor
          value={text}
          onChange={(next) => use.write(file.path, next)}
          language={languageOf(file.path)}
          label={`Text of ${file.path}`}
          minHeight={240}
          maxHeight={560}
        />
      )}
    </Stack>
  );
}
