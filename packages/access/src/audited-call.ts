import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation, TargetKind } from '@ratchet/contract/operation';
import type { RowDigest } from '@ratchet/store/queries/row-digests';
import type { AuditNote } from './audit-event.ts';
import { type AuditTargets, targetsBefore, targetsMade } from './audit-targets.ts';
import type { AuditTrail } from './audit-trail.ts';

export interface AuditedCalls {
  readonly trail: AuditTrail;
  readonly digestsOf: (kind: TargetKind, ids: readonly string[]) => Promise<ReadonlyMap<string, RowDigest>>;
  readonly warn: (message: string, error: unknown) => void;
}

type Outcome = { readonly output: unknown } | { readonly error: unknown };
type Digests = ReadonlyMap<string, RowDigest>;

const refusals = new Set<string | null>(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'RATE_LIMITED']);
const none: Digests = new Map();

/** One call as the audit sees it. Reads are noted where they are refused; of the server's own calls nothing is. */
export function auditedCall(
  { trail, digestsOf, warn }: AuditedCalls,
  operation: Operation,
  input: unknown,
  caller: Caller,
) {
  const ours = caller.actor.kind === 'system';
  const changes = operation.effect !== 'read' && !ours;
  // Running a task changes nothing of it.
  const compares = changes && operation.permission !== 'run' && operation.permission !== 'debug';
  const about = changes ? targetsBefore(operation, input, caller) : null;
  let before = none;

  const note = (
    outcome: AuditNote['outcome'],
    error: unknown,
    target: { kind: TargetKind; id: string; before?: string | undefined; after?: string | undefined } | null,
  ): AuditNote => ({
    actor: caller.actor,
    surface: caller.surface,
    operation: operation.name,
    outcome,
    errorCode: outcome === 'done' ? null : codeOf(error),
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    beforeDigest: target?.before ?? null,
    afterDigest: target?.after ?? null,
    requestId: caller.requestId,
    address: caller.address ?? null,
    repeats: 1,
    at: new Date(),
  });

  function notes(outcome: AuditNote['outcome'], error: unknown, targets: AuditTargets | null, after: Digests) {
    if (!targets) return [note(outcome, error, null)];
    return targets.ids.map((asked) => {
      const [was, is] = [before.get(asked), after.get(asked)];
      const id = was?.id ?? is?.id ?? asked;
      return note(outcome, error, { kind: targets.kind, id, before: was?.digest, after: is?.digest });
    });
  }

  /** What went wrong is told the caller whether or not it could be noted. */
  async function noted(storing: Promise<void>): Promise<void> {
    await storing.catch((error) => warn('A call that failed could not be noted in the audit.', error));
  }

  async function failed(error: unknown, hidden: boolean): Promise<void> {
    const refused = hidden || refusals.has(codeOf(error));
    if (refused && !ours) {
      const [first] = notes('refused', error, about ?? targetsBefore(operation, input, caller), none);
      await noted(trail.refused(first as AuditNote));
    } else if (changes) {
      const failures = notes('failed', error, about, none);
      // Who has not signed in could fill the audit with what they send.
      if (caller.actor.kind === 'anonymous' && caller.rights.permissions.length === 0)
        await noted(trail.refused(failures[0] as AuditNote));
      else await noted(trail.append(failures));
    }
  }

  return {
    /** Looks at what is about to change. */
    async begins(): Promise<void> {
      if (compares && about) before = await digestsOf(about.kind, about.ids);
    },
    /** Notes a call that was not let in, or failed. */
    refused: failed,
    /** Resolves when it is noted how the call ended. Throws UNAVAILABLE where what was done could not be. */
    async ended(outcome: Outcome): Promise<void> {
      if ('error' in outcome) return failed(outcome.error, false);
      if (!changes) return;
      const targets = about ?? targetsMade(operation, outcome.output);
      try {
        const after = compares && targets ? await digestsOf(targets.kind, targets.ids) : none;
        await trail.append(notes('done', null, targets, after));
      } catch (cause) {
        const message = 'The audit could not be written. The change was made all the same: look before you repeat it.';
        throw new RatchetError('UNAVAILABLE', message, undefined, { cause });
      }
    },
  };
}

const codeOf = (error: unknown): string => (error instanceof RatchetError ? error.code : 'INTERNAL');
