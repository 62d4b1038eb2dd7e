import { Badge, Button, Group, Radio } from '@mantine/core';
import { memo } from 'react';
import classes from './hunk-merge.module.css';
import { HunkSide } from './hunk-side.tsx';
import type { MergeHunk } from './merge-document.ts';
import { choicesFor, type MergeChoice } from './merge-state.ts';

interface Props {
  readonly hunk: MergeHunk;
  /** From 1. */
  readonly number: number;
  readonly count: number;
  readonly choice: MergeChoice | null;
  readonly localLabel: string;
  readonly remoteLabel: string;
  /** Which part of the document it is. */
  readonly part: number;
  readonly onChoose: (part: number, choice: MergeChoice) => void;
  /** Brings the hunk's place in the result into view and puts the cursor there; null: there is no result. */
  readonly onShow: ((index: number) => void) | null;
  /** The focus came to it. */
  readonly onCurrent: (index: number) => void;
  readonly current: boolean;
}

/** One hunk: its sides, and the choice between them. */
export const HunkCard = memo(function HunkCard({
  hunk,
  number,
  count,
  choice,
  localLabel,
  remoteLabel,
  part,
  onChoose,
  onShow,
  onCurrent,
  current,
}: Props) {
  const names = choiceNames(hunk, localLabel, remoteLabel);
  const title = `Conflict ${number} of ${count}`;
  return (
    <fieldset
      className={classes.hunk}
      data-hunk={number}
      data-current={current || undefined}
      onFocus={() => onCurrent(number - 1)}
    >
      <legend className={classes.legend}>{title}</legend>
      <Group justify="space-between" gap="xs">
        <Badge className={classes.badge} data-open={choice === null || undefined} variant="default" radius="sm">
          {choice === null ? 'Open' : names[choice]}
        </Badge>
        {onShow && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onShow(number - 1)}
            aria-label={`Show in result: ${title.toLowerCase()}`}
          >
            Show in result
          </Button>
        )}
      </Group>
      <Radio.Group
        value={choice}
        onChange={(value) => onChoose(part, value as MergeChoice)}
        aria-label={`What ${title.toLowerCase()} becomes`}
      >
        <Group gap="md" my="xs">
          {choicesFor(hunk).map((option) => (
            <Radio key={option} size="xs" value={option} label={names[option]} />
          ))}
        </Group>
      </Radio.Group>
      {hunk.base !== null && (
        <details className={classes.base}>
          <summary>Before both changes</summary>
          <HunkSide label="Base" side="base" text={hunk.base} against={null} chosen={choice === 'base'} />
        </details>
      )}
      <div className={classes.sides}>
        <HunkSide
          label={localLabel}
          side="local"
          text={hunk.local}
          against={hunk.base || hunk.remote}
          chosen={choice === 'local' || choice === 'local-remote' || choice === 'remote-local'}
        />
        <HunkSide
          label={remoteLabel}
          side="remote"
          text={hunk.remote}
          against={hunk.base || hunk.local}
          chosen={choice === 'remote' || choice === 'local-remote' || choice === 'remote-local'}
        />
      </div>
    </fieldset>
  );
});

function choiceNames(hunk: MergeHunk, local: string, remote: string): Readonly<Record<MergeChoice, string>> {
  return {
    local: hunk.local === null ? `${local}: delete the file` : local,
    remote: hunk.remote === null ? `${remote}: delete the file` : remote,
    'local-remote': `Both, ${local.toLowerCase()} first`,
    'remote-local': `Both, ${remote.toLowerCase()} first`,
    base: 'Base',
    hand: 'Edited by hand',
  };
}
