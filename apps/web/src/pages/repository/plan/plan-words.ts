import type { SyncPlan } from '@ratchet/contract/entities/sync';

export type Action = SyncPlan['actions'][number];
export type Direction = 'in' | 'out' | 'conflict' | 'nothing';

/** Which way a document would go. */
export function directionOf({ action }: Action): Direction {
  if (action === 'push') return 'out';
  if (action === 'conflict') return 'conflict';
  return action === 'none' ? 'nothing' : 'in';
}

export const sections: readonly { direction: Direction; title: string; text: string }[] = [
  { direction: 'in', title: 'Comes in', text: 'A sync writes this here. The repository itself is not written.' },
  { direction: 'out', title: 'Goes out', text: 'A push writes this to the repository. A sync leaves it as it is.' },
  {
    direction: 'conflict',
    title: 'In conflict',
    text: 'Both sides changed it in a way that a person decides. Neither side is written until then.',
  },
];

/** What would happen to one document, in a sentence. */
export function sentenceOf({ action, change }: Action): string {
  const changed: Readonly<Record<Action['change'], readonly [string, string]>> = {
    added: ['It is new upstream and is added here.', 'It is new here and is added upstream.'],
    modified: ['It was changed upstream; the change is taken over here.', 'It was changed here; the change goes out.'],
    deleted: [
      'It was deleted upstream and is deleted here. A deleted task can be restored.',
      'It was deleted here and is deleted upstream.',
    ],
    moved: ['It moved.', 'It moved.'],
    none: ['Only what is remembered of it changes.', 'Only what is remembered of it changes.'],
  };
  switch (action) {
    case 'pull':
      return changed[change][0];
    case 'push':
      return changed[change][1];
    case 'merge':
      return 'Both sides changed it, in different places. The changes are merged here; a push carries the result out.';
    case 'move':
      return 'It stands at another path upstream. The task keeps its id and its history.';
    case 'detach':
      return 'It left what is synced, by the patterns, the branch or the folder. It is kept here and no longer synced.';
    case 'conflict':
      return 'Both sides changed the same, or one deleted what the other changed.';
    case 'none':
      return 'Nothing happens to it.';
  }
}

const guards: Readonly<Record<string, string>> = {
  side_emptied:
    'One side is suddenly empty. That is more often a wrong address, branch or folder than a wish to delete everything. Look at the settings first.',
  mass_deletion:
    'More than half of at least ten tasks would be deleted. Make sure that this is what happened upstream, or here.',
};

export const guardText = (name: string): string =>
  guards[name] ?? 'It is an unusually large change. Make sure that it is meant.';

/** Whether a sync of this plan would write anything here or put conflicts on record, and a push write anything there. */
export const worksOf = ({ actions }: SyncPlan): { sync: boolean; record: boolean; push: boolean } => ({
  sync: actions.some((action) => directionOf(action) === 'in'),
  record: actions.some(({ action }) => action === 'conflict'),
  push: actions.some(({ action }) => action === 'push' || action === 'merge'),
});

/** "3 added, 1 deleted", in the order of the words. */
export function countsText(actions: readonly Action[]): string {
  if (actions.every(({ action }) => action === 'conflict'))
    return actions.length === 1 ? '1 task' : `${actions.length.toLocaleString('en')} tasks`;
  const words = actions.map(({ action, change }) =>
    action === 'merge' ? 'merged' : action === 'move' ? 'moved' : action === 'detach' ? 'detached' : change,
  );
  const counts = Map.groupBy(words, (word) => word);
  return [...counts].map(([word, of]) => `${of.length.toLocaleString('en')} ${word}`).join(', ');
}
