import type { Caller } from '@ratchet/contract/dispatcher';
import type { Operation, TargetKind } from '@ratchet/contract/operation';
import { namedTargets } from './named-targets.ts';

export interface AuditTargets {
  readonly kind: TargetKind;
  readonly ids: readonly string[];
}

/** What an entity's new ones are. */
const made: Readonly<Record<string, TargetKind>> = {
  tasks: 'task',
  repositories: 'repository',
  projects: 'project',
  specs: 'spec',
  executions: 'execution',
  jobs: 'job',
  batches: 'batch',
  schedules: 'schedule',
  outputDestinations: 'output_destination',
  credentials: 'credential',
  secrets: 'secret',
  results: 'result',
  alerts: 'alert',
  users: 'user',
  apiKeys: 'api_key',
  grants: 'grant',
};

/** What a call is about, as far as its input says: what its operation's first target names. */
export function targetsBefore(operation: Operation, input: unknown, { actor }: Caller): AuditTargets | null {
  if (operation.creates) return null;
  const [first] = operation.targets ?? [];
  const named = first && namedTargets({ ...operation, targets: [first] }, input, operation.permission)[0];
  if (named) return { kind: named.kind, ids: named.ids };
  return operation.name.startsWith('auth.') && actor.userId ? { kind: 'user', ids: [actor.userId] } : null;
}

/** What a call has made, as its output says. */
export function targetsMade({ name, creates }: Operation, output: unknown): AuditTargets | null {
  const [entity = ''] = name.split('.');
  const kind = made[entity];
  if (creates && kind) return some(kind, [member(output, kind === 'spec' ? 'documentId' : 'id')]);
  if (name === 'templates.generate') return some('task', [member(member(output, 'task'), 'id')]);
  if (name === 'tasks.import')
    return some(
      'task',
      ['imported', 'replaced'].flatMap((list) => {
        const items = member(output, list);
        return Array.isArray(items) ? items.map((item) => member(item, 'taskId')) : [];
      }),
    );
  if (entity === 'auth') return some('user', [member(member(output, 'user'), 'id') ?? member(output, 'id')]);
  return null;
}

const member = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined;

function some(kind: TargetKind, ids: readonly unknown[]): AuditTargets | null {
  const known = [...new Set(ids.filter((id) => typeof id === 'string'))];
  return known.length > 0 ? { kind, ids: known } : null;
}
