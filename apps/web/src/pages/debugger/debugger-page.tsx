import { Stack } from '@mantine/core';
import { IconBug } from '@tabler/icons-react';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { DebugTask } from './debug-task.tsx';

const defaults = { taskId: '', file: '', sessionId: '', from: '' } as const;

export function DebuggerPage() {
  const [state, setState] = useUrlState(defaults);
  const may = useMay();
  const { taskId, file, sessionId, from } = state;
  if (!may('debug'))
    return (
      <Stack>
        <PageHead title="Debugger" />
        <EmptyState
          icon={IconBug}
          title="You may not debug"
          text="Ask an administrator for the permission “debug” on the tasks that you want to step through."
        />
      </Stack>
    );
  return (
    <Stack>
      <PageHead title="Debugger" text="Steps through a task in the sandbox that it runs in" />
      <TaskPicker
        value={taskId || null}
        onChange={(id) => setState({ taskId: id ?? '', file: '', sessionId: '', from: '' }, { replace: false })}
        placeholder="Choose a task"
        maw={420}
      />
      {taskId === '' ? (
        <EmptyState
          icon={IconBug}
          title="Choose a task first"
          text="Then press the margin beside a line to stop there, enter an input and start."
        />
      ) : (
        <DebugTask
          key={taskId}
          taskId={taskId}
          path={file}
          onPath={(next) => setState({ file: next })}
          sessionId={sessionId}
          onSession={(id) => setState({ sessionId: id })}
          from={from}
        />
      )}
    </Stack>
  );
}
