import { Radio, SimpleGrid } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { isDeletion, kindOf } from './conflict-words.ts';
import type { Way } from './decisions.ts';

interface WayLook {
  readonly value: Way;
  readonly label: string;
  readonly description: string;
}

/** The resolutions that there are for a conflict, in its words. */
function waysFor(conflict: Conflict): WayLook[] {
  const texts = conflict.files.every((file) => kindOf(file) !== 'whole');
  if (isDeletion(conflict)) {
    const gone = conflict.conflictType === 'local_deleted' ? 'take_local' : 'take_remote';
    const stays = gone === 'take_local' ? 'take_remote' : 'take_local';
    const where = stays === 'take_local' ? 'as it is here' : 'as it is upstream';
    return [
      { value: stays, label: 'Keep the task', description: `It stays, ${where}` },
      {
        value: gone,
        label: 'Delete the task',
        description:
          gone === 'take_local'
            ? 'It stays deleted here; a push deletes it upstream'
            : 'It goes here too, and can be restored',
      },
      ...(texts
        ? [{ value: 'manual' as const, label: 'Keep it with changes', description: 'You write its files by hand' }]
        : []),
    ];
  }
  return [
    { value: 'merge', label: 'Decide place by place', description: 'What fits together is merged already' },
    { value: 'take_local', label: 'Keep what is here', description: 'All of what was changed upstream is left out' },
    { value: 'take_remote', label: 'Take what is upstream', description: 'All of what was changed here is left out' },
    { value: 'manual', label: 'Write the files by hand', description: 'You write the text of each file in conflict' },
  ];
}

interface WayPickerProps {
  readonly conflict: Conflict;
  readonly value: Way;
  readonly onChange: (way: Way) => void;
}

/** How the conflict as a whole is decided. */
export function WayPicker({ conflict, value, onChange }: WayPickerProps) {
  const ways = waysFor(conflict);
  return (
    <Radio.Group
      label="How do you decide it?"
      description="What is left out stays on record here and in history"
      value={value}
      onChange={(way) => onChange(way as Way)}
    >
      <SimpleGrid cols={{ base: 1, sm: 2, lg: ways.length }} mt="xs" spacing="xs">
        {ways.map((way) => (
          <Radio key={way.value} {...way} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
