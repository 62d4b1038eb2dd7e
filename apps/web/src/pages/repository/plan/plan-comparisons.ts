import type { PlannedDocument } from '@ratchet/contract/entities/sync';
import type { Action } from './plan-words.ts';

type File = PlannedDocument['files'][number];
type Side = File['in'][number];

export interface Comparison {
  readonly from: Side;
  readonly to: Side;
  readonly label: string;
  readonly fromLabel: string;
  readonly toLabel: string;
}

/** Ways to look at a file of a plan, by name. */
export const comparisons = {
  sync: {
    from: 'local',
    to: 'result',
    label: 'What a sync changes here',
    fromLabel: 'Here, now',
    toLabel: 'Here, after a sync',
  },
  push: {
    from: 'remote',
    to: 'local',
    label: 'What a push changes there',
    fromLabel: 'In the repository',
    toLabel: 'Here',
  },
  merged: {
    from: 'remote',
    to: 'result',
    label: 'What a push after it changes there',
    fromLabel: 'In the repository',
    toLabel: 'Merged',
  },
  sides: { from: 'local', to: 'remote', label: 'Both sides', fromLabel: 'Here', toLabel: 'In the repository' },
  mine: {
    from: 'base',
    to: 'local',
    label: 'What was changed here',
    fromLabel: 'Before both',
    toLabel: 'Here',
  },
  theirs: {
    from: 'base',
    to: 'remote',
    label: 'What was changed there',
    fromLabel: 'Before both',
    toLabel: 'In the repository',
  },
} as const satisfies Record<string, Comparison>;
export type ComparisonName = keyof typeof comparisons;

/** Those that say something of a file, the one to begin with first. */
export function comparisonsOf(file: Pick<File, 'in'>, { action }: Pick<Action, 'action'>): readonly ComparisonName[] {
  const since: readonly ComparisonName[] = file.in.includes('base') ? ['mine', 'theirs'] : [];
  switch (action) {
    case 'push':
      return ['push'];
    case 'merge':
      return ['sync', 'merged', ...since];
    case 'conflict':
      return ['sides', ...since];
    default:
      return ['sync'];
  }
}
