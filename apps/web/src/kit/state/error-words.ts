import type { Issue } from '@ratchet/contract/errors';

/** What a page shows of an error, whatever was thrown. */
export interface ErrorWords {
  readonly code: string | null;
  readonly title: string;
  readonly message: string;
  readonly advice: string;
  readonly issues: readonly Issue[];
  readonly requestId: string | null;
}

const said: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  NOT_FOUND: ['Not found', 'It may have been deleted or renamed. Go back to the list and look for it there.'],
  VALIDATION_FAILED: ['Not accepted', 'Correct what is named below and send it again.'],
  ALREADY_EXISTS: ['Already exists', 'Choose another name, or open the one that exists.'],
  REVISION_MISMATCH: ['Changed by someone else', 'Load the latest version, look at what changed, then save again.'],
  SYNC_CONFLICT: ['Conflict', 'Both sides changed. Open the conflict and choose what to keep.'],
  CONFLICT_MOVED: [
    'The conflict moved on',
    'One side changed again. Load the conflict anew and decide on what it is now.',
  ],
  GUARD_TRIPPED: [
    'Held back by a guard',
    'The change is unusually large. Look at the plan, then allow it if it is right.',
  ],
  PLAN_STALE: ['The plan is out of date', 'Something changed since it was made. Make a new plan and look at it.'],
  PUSH_REJECTED: ['Push rejected', 'The remote refused it. Sync first, then push again.'],
  REPOSITORY_UNREACHABLE: [
    'Repository not reachable',
    'Check its address, its credentials and the network, then try again.',
  ],
  REPOSITORY_BUSY: ['Repository busy', 'Another sync is running. Try again when it has ended.'],
  REPOSITORY_NOT_EMPTY: ['Repository not empty', 'Choose an empty place, or connect it as it is and sync.'],
  REPOSITORY_READ_ONLY: [
    'Repository is read-only',
    'Change it at its source, or let the repository be written to in its settings.',
  ],
  STATE_CONFLICT: ['Not possible now', 'Its state does not allow this. Load it again and see what it offers.'],
  TASK_INVALID: ['The task is not valid', 'Open the task and fix the problems that are listed there.'],
  TASK_DISABLED: ['The task is disabled', 'Enable the task first.'],
  TASK_FAILED: ['The task failed', 'Open the execution and read its log and its trace.'],
  TASK_TIMEOUT: ['The task took too long', 'Raise its timeout, or make it do less at once.'],
  UNAUTHENTICATED: ['Not signed in', 'Sign in again. What you entered here stays.'],
  PERMISSION_DENIED: ['Not allowed', 'Ask an administrator for the right that is named above.'],
  RATE_LIMITED: ['Too many requests', 'Wait a moment, then try again.'],
  PAYLOAD_TOO_LARGE: ['Too large', 'Send less at once.'],
  UNSUPPORTED_MEDIA_TYPE: ['Type not supported', 'Send it as one of the types that are named above.'],
  METHOD_NOT_ALLOWED: ['Not offered here', 'Load the page again: the server may be of another version.'],
  UNAVAILABLE: ['The server does not answer', 'Check that it runs and can be reached, then try again.'],
  CANCELLED: ['Cancelled', 'Start it again if it was not meant to stop.'],
  INTERNAL: [
    'Something went wrong',
    'Try again. If it happens again, give the request id to whoever runs this server.',
  ],
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The list of what is wrong in the details of a VALIDATION_FAILED; empty where there is none. */
export function issuesOf(error: unknown): readonly Issue[] {
  if (!isRecord(error) || !Array.isArray(error.details)) return [];
  return error.details.filter(
    (issue): issue is Issue => isRecord(issue) && typeof issue.path === 'string' && typeof issue.message === 'string',
  );
}

const unnamed = ['Something went wrong', 'Try again. If it happens again, load the page anew.'] as const;

export function errorWords(error: unknown): ErrorWords {
  const { code, message, requestId } = isRecord(error) ? error : {};
  const known = typeof code === 'string' && Object.hasOwn(said, code);
  const [title, advice] = known ? said[code]! : unnamed;
  const text = typeof message === 'string' && message !== '' ? message : typeof error === 'string' ? error : title;
  return {
    code: known ? code : null,
    title,
    message: text,
    advice,
    issues: issuesOf(error),
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
