import { Button, Group, Text } from '@mantine/core';
import {
  IconArrowBarDown,
  IconArrowBarRight,
  IconArrowBarUp,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
} from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { showError } from '../../api/use-action.ts';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import type { DebugRun, RunState } from './debug-run.ts';

const reasons: Readonly<Record<string, string>> = {
  exception: 'at an exception',
  promiseRejection: 'at an exception',
  debugCommand: 'as asked',
  other: '',
  ambiguous: '',
  OOM: 'as memory runs out',
};

interface Props {
  readonly run: DebugRun;
  readonly state: RunState;
  readonly where: string | null;
  readonly onEnd: () => void;
}

/** Lets the task go on or stand still. The keys are those of Chrome’s DevTools. */
export function StepBar({ run, state, where, onEnd }: Props) {
  const { phase } = state;
  const paused = phase === 'paused';
  const go = (how: Parameters<DebugRun['resume']>[0]) => {
    if (run.state().phase === 'paused') run.resume(how).catch(showError);
  };
  const pause = () => {
    if (run.state().phase === 'running') run.pause().catch(showError);
  };
  const keys = useRef({ go, pause });
  keys.current = { go, pause };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { go: step, pause: hold } = keys.current;
      const act: Record<string, () => void> = {
        F8: () => (run.state().phase === 'paused' ? step('resume') : hold()),
        F10: () => step('stepOver'),
        F11: () => step(event.shiftKey ? 'stepOut' : 'stepInto'),
      };
      const done = act[event.key];
      if (!done) return;
      event.preventDefault();
      done();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [run]);
  const step = (label: string, key: string, how: Parameters<DebugRun['resume']>[0], Icon: typeof IconPlayerPlay) => (
    <Button
      size="xs"
      variant="default"
      disabled={!paused}
      leftSection={<Icon size={16} aria-hidden />}
      aria-keyshortcuts={key}
      title={`${label} (${key.replace('+', ' and ')})`}
      onClick={() => go(how)}
    >
      {label}
    </Button>
  );
  const said = paused ? `Stands still ${reasons[state.reason ?? ''] ?? ''} ${where ?? ''}`.replaceAll(/\s+/g, ' ') : '';
  return (
    <Group gap="xs" role="toolbar" aria-label="Stepping">
      {paused ? (
        step('Continue', 'F8', 'resume', IconPlayerPlay)
      ) : (
        <Button
          size="xs"
          variant="default"
          disabled={phase === 'ended'}
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          aria-keyshortcuts="F8"
          title="Pause (F8)"
          onClick={pause}
        >
          Pause
        </Button>
      )}
      {step('Step over', 'F10', 'stepOver', IconArrowBarRight)}
      {step('Step into', 'F11', 'stepInto', IconArrowBarDown)}
      {step('Step out', 'Shift+F11', 'stepOut', IconArrowBarUp)}
      <Button
        size="xs"
        variant="default"
        c="var(--mantine-color-error)"
        disabled={phase === 'ended'}
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        onClick={onEnd}
      >
        End
      </Button>
      <StatusBadge status={phase} />
      <Text size="sm" role="status">
        {phase === 'ended' ? 'The run has ended' : said}
      </Text>
    </Group>
  );
}
