import { Paper, Text, Title } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { words } from '../../kit/state/tones.ts';
import type { Scope } from './cdp.ts';
import type { DebugRun, Frame } from './debug-run.ts';
import classes from './debugger.module.css';
import { Members, RemoteValue } from './remote-value.tsx';

/** What a bundle keeps for itself in the scope that holds the files. */
const bundlers = /^(module|exports|__\w+|import_\w+|\w+_exports|require_\w+)$/;
const isBundlers = (name: string): boolean => bundlers.test(name);

/** The variables that the chosen frame sees, from the nearest scope outward. */
export function ScopesPanel({ run, frame }: { run: DebugRun; frame: Frame | null }) {
  const { exception } = run.state();
  return (
    <Paper withBorder p="sm" component="section" aria-label="Variables">
      <Title order={2} size="h5" mb={4}>
        Variables
      </Title>
      {frame === null || frame.scopes.length === 0 ? (
        <Text size="sm" c="dimmed">
          Shown where the run stands still.
        </Text>
      ) : (
        <div className={classes.values}>
          {exception && <RemoteValue run={run} name="exception" value={exception} />}
          {frame.scopes.map((scope, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: scopes have no name of their own, and never change places
            <OneScope key={`${frame.id} ${at}`} run={run} scope={scope} first={at === 0} />
          ))}
        </div>
      )}
    </Paper>
  );
}

function OneScope({ run, scope, first }: { run: DebugRun; scope: Scope; first: boolean }) {
  const [open, setOpen] = useState(first);
  const { objectId } = scope.object;
  if (objectId === undefined) return null;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <button type="button" className={classes.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={14} aria-hidden />
        {words(scope.type)}
        {scope.name ? ` of ${scope.name}` : ''}
      </button>
      {open && (
        <div className={classes.members}>
          <Members run={run} objectId={objectId} omit={isBundlers} />
        </div>
      )}
    </div>
  );
}
