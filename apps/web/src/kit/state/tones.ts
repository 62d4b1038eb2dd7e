/** What a status means to a person. Colour follows from it, and is never the only sign. */
export type Tone = 'success' | 'danger' | 'warning' | 'info' | 'neutral';

export type StatusIcon = 'done' | 'failed' | 'attention' | 'waiting' | 'working' | 'stopped' | 'off' | 'unknown';

export interface StatusLook {
  readonly tone: Tone;
  readonly icon: StatusIcon;
  readonly text: string;
}

const look = (tone: Tone, icon: StatusIcon, text: string): StatusLook => ({ tone, icon, text });

/** Every status word of the contract. A word means the same wherever it stands. */
const looks: Readonly<Record<string, StatusLook>> = {
  // Executions, jobs, batches and debugger sessions
  pending: look('neutral', 'waiting', 'Pending'),
  queued: look('neutral', 'waiting', 'Queued'),
  waiting: look('neutral', 'waiting', 'Waiting'),
  processing: look('info', 'working', 'Processing'),
  running: look('info', 'working', 'Running'),
  retrying: look('warning', 'working', 'Retrying'),
  completed: look('success', 'done', 'Completed'),
  failed: look('danger', 'failed', 'Failed'),
  cancelled: look('neutral', 'stopped', 'Cancelled'),
  timed_out: look('danger', 'failed', 'Timed out'),
  skipped: look('neutral', 'stopped', 'Skipped'),
  attached: look('info', 'working', 'Attached'),
  ended: look('neutral', 'stopped', 'Ended'),
  // Tests
  passed: look('success', 'done', 'Passed'),
  // Documents and pushes
  synced: look('success', 'done', 'Synced'),
  modified: look('warning', 'attention', 'Modified'),
  conflict: look('danger', 'attention', 'Conflict'),
  pending_push: look('info', 'waiting', 'Waits to be pushed'),
  not_required: look('neutral', 'off', 'No push needed'),
  in_progress: look('info', 'working', 'In progress'),
  awaiting: look('warning', 'waiting', 'Awaiting approval'),
  approved: look('success', 'done', 'Approved'),
  rejected: look('danger', 'failed', 'Rejected'),
  opening: look('info', 'working', 'Opening'),
  merged: look('success', 'done', 'Merged'),
  closed: look('neutral', 'stopped', 'Closed'),
  // OpenSpec changes
  no_tasks: look('neutral', 'off', 'No tasks'),
  complete: look('success', 'done', 'All tasks done'),
  archived: look('neutral', 'stopped', 'Archived'),
  // Conflicts
  open: look('warning', 'attention', 'Open'),
  resolved: look('success', 'done', 'Resolved'),
  superseded: look('neutral', 'stopped', 'Superseded'),
  both_modified: look('danger', 'attention', 'Changed on both sides'),
  local_only: look('info', 'done', 'Only here'),
  remote_only: look('info', 'done', 'Only upstream'),
  local_deleted: look('danger', 'attention', 'Deleted here'),
  remote_deleted: look('danger', 'attention', 'Deleted upstream'),
  no_base: look('danger', 'attention', 'No common base'),
  name_clash: look('danger', 'attention', 'Name clash'),
  // Repositories and runs of a sync
  success: look('success', 'done', 'Success'),
  error: look('danger', 'failed', 'Error'),
  guarded: look('warning', 'attention', 'Held back by a guard'),
  healthy: look('success', 'done', 'Healthy'),
  degraded: look('warning', 'attention', 'Degraded'),
  failing: look('danger', 'failed', 'Failing'),
  paused: look('neutral', 'stopped', 'Paused'),
  unknown: look('neutral', 'unknown', 'Unknown'),
  // What a sync or a push does to a document
  added: look('success', 'done', 'Added'),
  deleted: look('danger', 'stopped', 'Deleted'),
  removed: look('danger', 'stopped', 'Removed'),
  moved: look('info', 'done', 'Moved'),
  none: look('neutral', 'off', 'No change'),
  // Deliveries of outputs
  delivering: look('info', 'working', 'Delivering'),
  delivered: look('success', 'done', 'Delivered'),
  half_open: look('warning', 'attention', 'Trying again'),
  // Workers, health and alerts
  active: look('success', 'done', 'Active'),
  draining: look('warning', 'working', 'Draining'),
  stopped: look('neutral', 'stopped', 'Stopped'),
  dead: look('danger', 'failed', 'Dead'),
  ok: look('success', 'done', 'OK'),
  firing: look('danger', 'attention', 'Firing'),
  // The audit trail
  done: look('success', 'done', 'Done'),
  refused: look('warning', 'failed', 'Refused'),
  // Settings that are on or off
  enabled: look('success', 'done', 'Enabled'),
  disabled: look('neutral', 'off', 'Disabled'),
  // Weights of problems
  warning: look('warning', 'attention', 'Warning'),
  info: look('info', 'unknown', 'Info'),
};

/** `some_word` as people read it: `Some word`. */
export const words = (status: string): string => {
  const text = status.replaceAll('_', ' ').trim();
  return text === '' ? 'Unknown' : text[0]!.toUpperCase() + text.slice(1);
};

/** How a status is shown; a word that is not known keeps its text. */
export const lookOf = (status: string): StatusLook =>
  Object.hasOwn(looks, status) ? looks[status]! : look('neutral', 'unknown', words(status));
