import { Button, Group } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import { membersOf, shownCharacters, shownMembers, summaryOf } from './json-parts.ts';
import './palette.css';
import classes from './state.module.css';

export interface JsonViewProps {
  value: unknown;
  /** What the value is: "Output of the execution". */
  label: string;
  /** Levels that are open at first. */
  openLevels?: number;
  /** Without the button that copies the whole. */
  bare?: boolean;
}

/** A JSON value that can be opened level by level. */
export function JsonView({ value, label, openLevels = 2, bare }: JsonViewProps) {
  return (
    <section aria-label={label}>
      {!bare && (
        <Group justify="flex-end">
          <CopyButton value={() => JSON.stringify(value, null, 2) ?? ''} label={`Copy ${label}`} />
        </Group>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.json} tabIndex={0} aria-label={`${label}, value`}>
        <JsonNode name={null} path="$" value={value} level={0} openLevels={openLevels} />
      </section>
    </section>
  );
}

interface NodeProps {
  name: string | null;
  path: string;
  value: unknown;
  level: number;
  openLevels: number;
}

function JsonNode({ name, path, value, level, openLevels }: NodeProps) {
  const members = membersOf(value, path);
  const [open, setOpen] = useState(level < openLevels);
  const [all, setAll] = useState(false);
  const key = name === null ? null : <span className={classes.jsonKey}>{name}: </span>;
  const copy = level > 0 && (
    <span className={classes.jsonCopy}>
      <CopyButton value={path} label={`Copy path ${path}`} size="xs" />
    </span>
  );
  if (members === null)
    return (
      <div className={classes.jsonRow}>
        <span className={classes.jsonText}>
          {key}
          <Scalar value={value} />
        </span>
        {copy}
      </div>
    );
  if (members.length === 0)
    return (
      <div className={classes.jsonRow}>
        <span>
          {key}
          {summaryOf(value)}
        </span>
        {copy}
      </div>
    );
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const shown = all ? members : members.slice(0, shownMembers);
  return (
    <>
      <div className={classes.jsonRow}>
        <button type="button" className={classes.jsonToggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={14} aria-hidden />
          {key}
          <span className={classes.muted}>{summaryOf(value)}</span>
        </button>
        {copy}
      </div>
      {open && (
        <ul>
          {shown.map((member) => (
            <li key={member.path}>
              <JsonNode
                name={member.key}
                path={member.path}
                value={member.value}
                level={level + 1}
                openLevels={openLevels}
              />
            </li>
          ))}
          {shown.length < members.length && (
            <li>
              <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
                Show all {members.length.toLocaleString('en')}
              </Button>
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function Scalar({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  if (typeof value === 'string') {
    const cut = !all && value.length > shownCharacters;
    return (
      <>
        <span className={classes.jsonString}>{JSON.stringify(cut ? value.slice(0, shownCharacters) : value)}</span>
        {cut && (
          <Button size="compact-xs" variant="default" ml={6} onClick={() => setAll(true)}>
            Show all {value.length.toLocaleString('en')} characters
          </Button>
        )}
      </>
    );
  }
  if (typeof value === 'number') return <span className={classes.jsonNumber}>{String(value)}</span>;
  return <span className={classes.jsonWord}>{value === undefined ? 'nothing' : String(value)}</span>;
}
