import { Button, Loader, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Property, RemoteObject } from './cdp.ts';
import type { DebugRun } from './debug-run.ts';
import classes from './debugger.module.css';
import { valueText } from './value-text.ts';

const shown = 100;

interface ValueProps {
  readonly run: DebugRun;
  readonly name: string;
  readonly value: RemoteObject;
}

/** A named value; what has members can be opened, and only then are they asked for. */
export function RemoteValue({ run, name, value }: ValueProps) {
  const [open, setOpen] = useState(false);
  const text = valueText(value);
  if (value.objectId === undefined)
    return (
      <div className={classes.leaf}>
        <span className={classes.name}>{name}:</span> {text}
      </div>
    );
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <button type="button" className={classes.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={14} aria-hidden />
        <span>
          <span className={classes.name}>{name}:</span> {text}
        </span>
      </button>
      {open && <Members run={run} objectId={value.objectId} />}
    </div>
  );
}

/** The members of an object or a scope. */
export function Members({
  run,
  objectId,
  omit,
}: {
  run: DebugRun;
  objectId: string;
  omit?: (name: string) => boolean;
}) {
  const [members, setMembers] = useState<readonly Property[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  useEffect(() => {
    let here = true;
    run.membersOf(objectId).then(
      (found) => here && setMembers(found),
      (failed: Error) => here && setError(failed.message),
    );
    return () => {
      here = false;
    };
  }, [run, objectId]);
  if (error !== null) return <Text size="xs">It cannot be shown: {error}</Text>;
  if (members === null) return <Loader size="xs" aria-label="Loading" />;
  const known = omit ? members.filter(({ name }) => !omit(name)) : members;
  if (known.length === 0)
    return (
      <Text size="xs" c="dimmed">
        Nothing
      </Text>
    );
  return (
    <ul className={classes.members}>
      {(all ? known : known.slice(0, shown)).map(({ name, value }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two members may have one name, and the list never changes
        <li key={`${at} ${name}`}>
          {value ? (
            <RemoteValue run={run} name={name} value={value} />
          ) : (
            <div className={classes.leaf}>
              <span className={classes.name}>{name}:</span> (a getter)
            </div>
          )}
        </li>
      ))}
      {!all && known.length > shown && (
        <li>
          <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
            Show all {known.length.toLocaleString('en')}
          </Button>
        </li>
      )}
    </ul>
  );
}
