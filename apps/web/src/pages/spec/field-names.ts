import type { OutputOf } from '../../api/queries.ts';

type Field = OutputOf<'specs', 'conflicts'>['differences'][number]['field'];

/** What people call the parts of a change. */
export const fieldNames: Readonly<Record<Field, string>> = {
  title: 'The title',
  why: 'Why',
  whatChanges: 'What changes',
  impact: 'Impact',
  design: 'The design',
  tasks: 'The tasks',
  specs: 'The specs',
  files: 'Other files',
};
