import type { Schedule } from '@ratchet/contract/entities/schedule';

interface Choice<V> {
  readonly value: V;
  readonly label: string;
  readonly text: string;
}

export const catchUps: readonly Choice<Schedule['catchUp']>[] = [
  {
    value: 'last',
    label: 'Run the last one',
    text: 'However many were missed, it runs once as soon as a server is back.',
  },
  { value: 'skip', label: 'Run none', text: 'What was missed is gone; it goes on with the next time.' },
  {
    value: 'all',
    label: 'Run all',
    text: 'Every missed time is run, the oldest first; of more than 100 the newest 100.',
  },
];

export const overlaps: readonly Choice<Schedule['overlap']>[] = [
  { value: 'allow', label: 'Start beside it', text: 'Two runs of this schedule may go on at the same time.' },
  {
    value: 'skip',
    label: 'Leave it out',
    text: 'Nothing starts while a job of this schedule has not ended, by hand neither.',
  },
];

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
