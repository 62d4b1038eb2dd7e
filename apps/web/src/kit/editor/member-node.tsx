import { Button, Group, Radio, Text } from '@mantine/core';
import classes from './hunk-merge.module.css';
import { HunkSide } from './hunk-side.tsx';
import type { Json } from './json-scan.ts';
import {
  type MemberChoices,
  type MemberSide,
  type MemberTree,
  membersIn,
  type OpenMember,
} from './structured-state.ts';

interface Props {
  readonly node: MemberTree;
  readonly choices: MemberChoices;
  readonly localLabel: string;
  readonly remoteLabel: string;
  readonly onChoose: (ids: readonly string[], side: MemberSide) => void;
}

/** A member and those in it: a choice where it is open, else a choice for all in it. */
export function MemberNode({ node, choices, localLabel, remoteLabel, onChoose }: Props) {
  const shared = { choices, localLabel, remoteLabel, onChoose };
  if (node.member) return <MemberCard step={node.step} member={node.member} {...shared} />;
  const [only] = node.children;
  if (node.children.length === 1 && only)
    return <MemberNode node={{ ...only, step: `${node.step} › ${only.step}` }} {...shared} />;
  const ids = membersIn(node).map((member) => member.id);
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{node.step}</legend>
      <Group gap="xs" mb="xs">
        <Text size="xs">{ids.length} values</Text>
        {(['local', 'remote'] as const).map((side) => (
          <Button key={side} size="compact-xs" variant="default" onClick={() => onChoose(ids, side)}>
            All in {node.step}: {(side === 'local' ? localLabel : remoteLabel).toLowerCase()}
          </Button>
        ))}
      </Group>
      {node.children.map((child) => (
        <MemberNode key={child.pointer} node={child} {...shared} />
      ))}
    </fieldset>
  );
}

interface CardProps extends Omit<Props, 'node'> {
  readonly step: string;
  readonly member: OpenMember;
}

function MemberCard({ step, member, choices, localLabel, remoteLabel, onChoose }: CardProps) {
  const choice = choices[member.id] ?? null;
  const [base, local, remote] = [member.base, member.local, member.remote].map(shown);
  const absent = 'Not there';
  return (
    <fieldset className={classes.hunk} data-member={member.id}>
      <legend className={classes.legend}>{step}</legend>
      <Radio.Group
        value={choice}
        onChange={(side) => onChoose([member.id], side as MemberSide)}
        aria-label={`What ${member.pointer || 'the file'} becomes`}
      >
        <Group gap="md" mb="xs">
          <Radio size="xs" value="local" label={member.local === undefined ? `${localLabel}: not there` : localLabel} />
          <Radio
            size="xs"
            value="remote"
            label={member.remote === undefined ? `${remoteLabel}: not there` : remoteLabel}
          />
          {choice === null && (
            <Text size="xs" className={classes.open}>
              Open
            </Text>
          )}
        </Group>
      </Radio.Group>
      <div className={classes.three}>
        <HunkSide label="Base" side="base" text={base ?? null} against={null} chosen={false} absent={absent} />
        <HunkSide
          label={localLabel}
          side="local"
          text={local ?? null}
          against={base ?? remote ?? null}
          chosen={choice === 'local'}
          absent={absent}
        />
        <HunkSide
          label={remoteLabel}
          side="remote"
          text={remote ?? null}
          against={base ?? local ?? null}
          chosen={choice === 'remote'}
          absent={absent}
        />
      </div>
    </fieldset>
  );
}

const shown = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value, null, 2));
