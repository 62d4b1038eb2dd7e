import type { SyncProblem } from '../../problem.ts';

/** One line of tasks.md that OpenSpec's own tool counts as a task. */
export interface OpenSpecTask {
  /** As written, such as `1.2.3a`; null where it has none. */
  readonly number: string | null;
  readonly text: string;
  readonly done: boolean;
  /** From 1. */
  readonly line: number;
  readonly group: string | null;
  /** How deep it is nested, from 0. */
  readonly depth: number;
}

export interface OpenSpecSection {
  readonly title: string;
  /** Of its heading, 1 to 6. */
  readonly level: number;
  readonly line: number;
  readonly content: string;
}

export interface OpenSpecDelta {
  /** The folder below specs/. */
  readonly capability: string;
  readonly operation: 'added' | 'modified' | 'removed' | 'renamed';
  readonly requirement: string;
  readonly from: string | null;
  readonly scenarios: number;
  readonly line: number;
}

/** As OpenSpec's own validation weighs it. */
export interface OpenSpecProblem extends Omit<SyncProblem, 'severity'> {
  readonly severity: 'error' | 'warning' | 'info';
}

/** Typed fields of a change: a projection of its tree. */
export interface OpenSpecFields {
  /** The change's folder. */
  readonly folder: string;
  readonly archived: boolean;
  /** YYYY-MM-DD, of an archived one. */
  readonly archivedOn: string | null;
  readonly title: string;
  readonly status: 'no_tasks' | 'in_progress' | 'complete' | 'archived';
  readonly why: string | null;
  readonly whatChanges: string | null;
  readonly impact: string | null;
  readonly capabilities: string | null;
  readonly proposalContent: string | null;
  readonly tasksContent: string | null;
  readonly designContent: string | null;
  readonly designSections: readonly OpenSpecSection[];
  readonly tasks: readonly OpenSpecTask[];
  readonly deltas: readonly OpenSpecDelta[];
  readonly problems: readonly OpenSpecProblem[];
}
