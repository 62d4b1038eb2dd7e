import { Button, Group, Paper, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { DebugRun, Frame, RunState } from './debug-run.ts';
import classes from './debugger.module.css';
import { RemoteValue } from './remote-value.tsx';

const marks = { log: 'log', debug: 'debug', warning: 'warn', error: 'error', input: '>', output: '<' } as const;

/** What the task writes, and expressions that are evaluated where it stands. */
export function ConsolePanel({
  run,
  state,
  frame,
}: {
  run: DebugRun | null;
  state: RunState | null;
  frame: Frame | null;
}) {
  const [text, setText] = useState('');
  const [past, setPast] = useState<readonly string[]>([]);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const lines = state?.console ?? [];
  useEffect(() => {
    if (lines.length > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines.length]);
  const alive = run !== null && state !== null && state.phase !== 'ended';
  const enter = (event: FormEvent) => {
    event.preventDefault();
    if (!alive || text.trim() === '') return;
    void run.enter(text, frame);
    setPast([...past.filter((each) => each !== text), text]);
    setAt(0);
    setText('');
  };
  const recall = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(past.length, at + step));
    setAt(next);
    setText(next === 0 ? '' : (past.at(-next) ?? ''));
  };
  return (
    <Paper withBorder p="sm" component="section" aria-label="Console">
      <Title order={2} size="h5" mb={4}>
        Console
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={list} className={classes.console} role="log" aria-label="Lines of the console" tabIndex={0}>
        {lines.length === 0 && (
          <Text size="sm" c="dimmed">
            What the task writes with console.log comes here.
          </Text>
        )}
        {lines.map(({ sequence, kind, text: said, value }) => (
          <div key={sequence} className={classes.line} data-kind={kind}>
            <span className={classes.mark}>{marks[kind]}</span>
            {value !== undefined && run !== null ? (
              <div style={{ minWidth: 0 }}>
                <RemoteValue run={run} name="result" value={value} />
              </div>
            ) : (
              <span>{said}</span>
            )}
          </div>
        ))}
      </div>
      <form onSubmit={enter}>
        <Group gap="xs" mt="xs" wrap="nowrap">
          <TextInput
            size="xs"
            style={{ flex: 1 }}
            aria-label="Expression to evaluate"
            placeholder={alive ? 'Evaluated in the chosen frame; Up recalls' : 'Start a run to evaluate here'}
            disabled={!alive}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={recall}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Button size="xs" variant="default" type="submit" disabled={!alive || text.trim() === ''}>
            Evaluate
          </Button>
        </Group>
      </form>
    </Paper>
  );
}
