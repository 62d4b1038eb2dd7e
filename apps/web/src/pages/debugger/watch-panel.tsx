import { ActionIcon, Button, Group, Paper, Text, TextInput, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { RemoteObject } from './cdp.ts';
import type { DebugRun, Frame } from './debug-run.ts';
import classes from './debugger.module.css';
import { RemoteValue } from './remote-value.tsx';

interface Props {
  readonly run: DebugRun | null;
  readonly frame: Frame | null;
  readonly expressions: readonly string[];
  readonly onChange: (expressions: readonly string[]) => void;
}

/** Expressions that are evaluated at each stop. They may look and not touch. */
export function WatchPanel({ run, frame, expressions, onChange }: Props) {
  const [text, setText] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted !== '' && !expressions.includes(wanted)) onChange([...expressions, wanted]);
    setText('');
  };
  return (
    <Paper withBorder p="sm" component="section" aria-label="Watched expressions">
      <Title order={2} size="h5" mb={4}>
        Watch
      </Title>
      <div className={classes.values}>
        {expressions.map((expression) => (
          <Group key={expression} gap={4} wrap="nowrap" align="start" justify="space-between">
            <div style={{ minWidth: 0, flex: 1 }}>
              <Watched run={run} frame={frame} expression={expression} />
            </div>
            <ActionIcon
              size={24}
              variant="subtle"
              color="gray"
              aria-label={`Watch ${expression} no longer`}
              onClick={() => onChange(expressions.filter((each) => each !== expression))}
            >
              <IconX size={12} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </div>
      <form onSubmit={add}>
        <Group gap="xs" mt="xs" wrap="nowrap">
          <TextInput
            size="xs"
            style={{ flex: 1 }}
            aria-label="Expression to watch"
            placeholder="input.amount"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button size="xs" variant="default" type="submit" disabled={text.trim() === ''}>
            Watch
          </Button>
        </Group>
      </form>
    </Paper>
  );
}

type Shown = { readonly value: RemoteObject } | { readonly error: string } | null;

function Watched({ run, frame, expression }: { run: DebugRun | null; frame: Frame | null; expression: string }) {
  const [shown, setShown] = useState<Shown>(null);
  useEffect(() => {
    setShown(null);
    if (run === null || frame === null || frame.id === null) return;
    let here = true;
    run.evaluate(expression, frame, true).then(
      ({ result, exceptionDetails }) => {
        if (here) setShown(exceptionDetails ? { error: whyNot(exceptionDetails) } : { value: result });
      },
      (error: Error) => here && setShown({ error: error.message }),
    );
    return () => {
      here = false;
    };
  }, [run, frame, expression]);
  if (run !== null && shown !== null && 'value' in shown)
    return <RemoteValue run={run} name={expression} value={shown.value} />;
  return (
    <div className={classes.leaf}>
      <span className={classes.name}>{expression}:</span>{' '}
      <Text span size="xs" c="dimmed">
        {shown !== null && 'error' in shown ? shown.error : '–'}
      </Text>
    </div>
  );
}

function whyNot({ text, exception }: { text: string; exception?: RemoteObject }): string {
  const said = exception?.description?.split('\n')[0] ?? text;
  return /possible side-effect/i.test(said) ? 'It might change something; a watched expression may only look.' : said;
}
