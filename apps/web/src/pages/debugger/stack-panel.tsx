import { Paper, Text, Title } from '@mantine/core';
import type { Frame } from './debug-run.ts';
import classes from './debugger.module.css';

interface Props {
  readonly frames: readonly Frame[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** Who called whom; a frame that is chosen shows its line and its variables. */
export function StackPanel({ frames, chosen, onChoose }: Props) {
  return (
    <Paper withBorder p="sm" component="section" aria-label="Call stack">
      <Title order={2} size="h5" mb={4}>
        Call stack
      </Title>
      {frames.length === 0 ? (
        <Text size="sm" c="dimmed">
          Shown where the run stands still.
        </Text>
      ) : (
        <ol className={classes.frames}>
          {frames.map(({ name, file, line }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stack is replaced as a whole
            <li key={at}>
              <button type="button" className={classes.frame} aria-current={at === chosen} onClick={() => onChoose(at)}>
                {name}
                <Text size="xs" c="dimmed">
                  {file === null ? 'outside of the task' : `${file}, line ${line}`}
                </Text>
              </button>
            </li>
          ))}
        </ol>
      )}
    </Paper>
  );
}
