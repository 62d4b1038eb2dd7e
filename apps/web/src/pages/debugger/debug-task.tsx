import { Alert, Box, Button, Grid, Group, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { CodeEditor } from '../../kit/editor/index.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { type Breakpoint, keepBreakpoints, loadBreakpoints, toggled } from './breakpoints.ts';
import { BreakpointsPanel } from './breakpoints-panel.tsx';
import { ConsolePanel } from './console-panel.tsx';
import { EndPanel } from './end-panel.tsx';
import { OutsidePanel } from './outside-panel.tsx';
import { ScopesPanel } from './scopes-panel.tsx';
import { StackPanel } from './stack-panel.tsx';
import { type StartChoice, StartPanel } from './start-panel.tsx';
import { StepBar } from './step-bar.tsx';
import { useDebugRun } from './use-debug-run.ts';
import { useTaskCode } from './use-task-code.ts';
import { WatchPanel } from './watch-panel.tsx';

interface Props {
  readonly taskId: string;
  readonly path: string;
  readonly onPath: (path: string) => void;
  readonly sessionId: string;
  readonly onSession: (id: string) => void;
  /** An execution whose input is taken. */
  readonly from: string;
}

const noPlaces: ReadonlyMap<string, boolean> = new Map();

/** The debugger of one task. */
export function DebugTask({ taskId, path, onPath, sessionId, onSession, from }: Props) {
  const { task, error, entry, paths, file, again } = useTaskCode(taskId, path);
  const { run, state, session, starting, error: startError, start, end } = useDebugRun();
  const [breakpoints, setBreakpoints] = useState(() => loadBreakpoints(taskId));
  const [watches, setWatches] = useState<readonly string[]>([]);
  const [choice, setChoice] = useState<StartChoice>({
    input: {},
    valid: true,
    pauseOnEntry: true,
    exceptions: 'uncaught',
  });
  const [chosen, setChosen] = useState(0);
  useInputOf(from, (input) => setChoice((before) => ({ ...before, input })));

  const change = (next: readonly Breakpoint[]) => {
    setBreakpoints(next);
    keepBreakpoints(taskId, next);
    void run?.setBreakpoints(next);
  };
  const choose = (next: Partial<StartChoice>) => {
    setChoice((before) => ({ ...before, ...next }));
    if (next.exceptions) void run?.setPauseOnExceptions(next.exceptions);
  };
  const begin = async (outside: boolean) => {
    const { input, pauseOnEntry, exceptions } = choice;
    const begun = await start({ taskId, input, pauseOnEntry, pauseOnExceptions: exceptions, breakpoints, outside });
    onSession(begun?.id ?? '');
  };
  const frames = state?.frames ?? [];
  const frame = frames[chosen] ?? null;
  // Each stop shows its own line, in whichever file that is.
  const show = useRef(onPath);
  show.current = onPath;
  const pause = state?.pause ?? 0;
  const firstOwn = frames.findIndex((each) => each.file !== null);
  const ownFile = frames[firstOwn]?.file ?? null;
  useEffect(() => {
    if (pause === 0 || ownFile === null) return;
    setChosen(Math.max(0, firstOwn));
    show.current(ownFile === entry ? '' : ownFile);
  }, [pause, ownFile, firstOwn, entry]);

  const lines = useMemo(
    () => breakpoints.filter((each) => each.file === file.path && each.enabled).map(({ line }) => line),
    [breakpoints, file.path],
  );
  if (error) return <ErrorPanel error={error} onRetry={again} />;
  if (!task || file.text === null) return <Skeleton height={420} />;
  const live = state !== null && state.phase !== 'ended';
  const here = frame !== null && frame.file === file.path ? frame.line : undefined;
  const stepping = run !== null && state !== null;
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack gap="sm">
          {startError && <ErrorPanel error={startError} title="It did not start" />}
          {session?.outside && <OutsidePanel session={session} onEnd={() => void end().then(() => onSession(''))} />}
          {sessionId !== '' && session === null && !starting && (
            <OtherSession sessionId={sessionId} onDone={() => onSession('')} />
          )}
          {stepping && (
            <StepBar
              run={run}
              state={state}
              where={frame?.file ? `in ${frame.name}, ${frame.file}, line ${frame.line}` : null}
              onEnd={() => void end().then(() => onSession(''))}
            />
          )}
          {state?.phase === 'ended' && <EndPanel end={state.end} />}
          <Group justify="space-between">
            <FileChoice paths={paths} value={file.path} onChange={(next) => onPath(next === entry ? '' : next)} />
            <Button
              size="xs"
              variant="default"
              disabled={lines.length === 0}
              onClick={() => change(breakpoints.filter((each) => each.file !== file.path))}
            >
              Remove the breakpoints of this file
            </Button>
          </Group>
          <CodeEditor
            key={file.path}
            value={file.text}
            language={file.language}
            label={`${file.path}; F9 sets a breakpoint on the line`}
            readOnly
            gutter={{
              breakpoints: lines,
              onToggle: (line) => change(toggled(breakpoints, file.path, line)),
              ...(here === undefined ? {} : { current: here }),
            }}
            minHeight={280}
            maxHeight="min(60vh, 40rem)"
          />
          <ConsolePanel run={run} state={state} frame={frame} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="sm">
          {!live && (
            <StartPanel
              task={task}
              choice={choice}
              onChoice={choose}
              starting={starting}
              again={state !== null}
              onStart={(outside) => void begin(outside)}
            />
          )}
          {stepping && (
            <>
              <StackPanel
                frames={frames}
                chosen={chosen}
                onChoose={(at) => {
                  setChosen(at);
                  const to = frames[at]?.file;
                  if (to) onPath(to === entry ? '' : to);
                }}
              />
              <ScopesPanel key={`${pause} ${chosen}`} run={run} frame={frame} />
            </>
          )}
          <WatchPanel run={live ? run : null} frame={frame} expressions={watches} onChange={setWatches} />
          <BreakpointsPanel
            breakpoints={breakpoints}
            places={live ? state.places : noPlaces}
            onChange={change}
            onShow={(each) => onPath(each.file === entry ? '' : each.file)}
          />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

/** Takes the input of an execution, once. */
function useInputOf(executionId: string, take: (input: unknown) => void): void {
  const taken = useRef('');
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (executionId === '' || taken.current === executionId) return;
    taken.current = executionId;
    client.executions.get({ id: executionId }).then(
      ({ input }) => latest.current(input),
      // Without it, the input is entered by hand.
      () => undefined,
    );
  }, [executionId]);
}

function FileChoice({
  paths,
  value,
  onChange,
}: {
  paths: readonly string[];
  value: string;
  onChange: (path: string) => void;
}) {
  if (paths.length > 4)
    return (
      <Select
        size="xs"
        aria-label="File"
        data={[...paths]}
        value={value}
        onChange={(next) => next !== null && onChange(next)}
        allowDeselect={false}
        searchable
      />
    );
  return (
    <Box style={{ overflowX: 'auto' }}>
      <SegmentedControl size="xs" aria-label="File" data={[...paths]} value={value} onChange={onChange} />
    </Box>
  );
}

/** A session of another page, or of this one before it was loaded anew: nobody can attach to it a second time. */
function OtherSession({ sessionId, onDone }: { sessionId: string; onDone: () => void }) {
  const finish = useAction({
    act: () => client.tasks.endDebugSession({ sessionId }),
    changes: [],
    done: () => 'The run was ended',
    onDone,
    onFailed: () => {
      onDone();
      return true;
    },
  });
  return (
    <Alert
      variant="outline"
      title="This session cannot be gone on with here"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      A debugger attaches to a run only once. If it still runs, another page or tool has it.
      <Group mt="xs">
        <Button size="xs" variant="default" loading={finish.isPending} onClick={() => finish.mutate()}>
          End it
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Leave it
        </Button>
      </Group>
    </Alert>
  );
}
