import { matchesPattern, mayAnywhere, mayEverywhere, type Rights } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import type { RatchetError } from '@ratchet/contract/errors';
import type { Operation, Permission } from '@ratchet/contract/operation';
import { type AuditedCalls, auditedCall } from './audited-call.ts';
import { refusedTargets, type StandingsOf } from './check-targets.ts';
import type { Limits } from './limits.ts';
import { namedTargets } from './named-targets.ts';
import { denied, deniedElsewhere, deniedTool, tooManyAtOnce, unauthenticated } from './refusals.ts';

export interface GuardOptions {
  readonly standingsOf: StandingsOf;
  readonly audit: AuditedCalls;
  /** Null: calls are not counted. */
  readonly limits: Limits | null;
  /** Throws what keeps this caller from nearly everything, such as a password that must be changed first. */
  readonly detain?: (operation: Operation, caller: Caller) => void;
}

type Outcome = { readonly output: unknown } | { readonly error: unknown };
interface Admission {
  ended?(outcome: Outcome): Promise<void> | void;
}

/**
 * Decides on every call, whatever the surface, in this order: is the caller known, is their key for this tool, have they
 * the permission, do they call too often, may they do it to what the input names. What is refused is noted down, and so is
 * every call that changes something.
 */
export function guard({ standingsOf, audit, limits, detain }: GuardOptions) {
  const underWay = new Map<string, number>();

  function enter({ actor, rights }: Caller): (() => void) | null {
    const most = rights.key?.maxConcurrency ?? null;
    if (most === null) return null;
    const count = underWay.get(actor.id) ?? 0;
    if (count >= most) throw tooManyAtOnce(most);
    underWay.set(actor.id, count + 1);
    return () => {
      const left = (underWay.get(actor.id) ?? 1) - 1;
      if (left > 0) underWay.set(actor.id, left);
      else underWay.delete(actor.id);
    };
  }

  /** What the caller may not do wherever it is; then counts the call. */
  function pass(operation: Operation, input: unknown, caller: Caller): void | Promise<void> {
    const { actor, rights } = caller;
    if (!operation.public && actor.kind === 'anonymous' && rights.permissions.length === 0) throw unauthenticated();
    detain?.(operation, caller);
    if (!operation.public) checkRights(operation, input, rights);
    if (limits && isCounted(caller)) return limits.count(operation, caller);
  }

  async function admitted(operation: Operation, input: unknown, caller: Caller): Promise<Admission> {
    const call = auditedCall(audit, operation, input, caller);
    let leave: (() => void) | null = null;
    try {
      await pass(operation, input, caller);
      leave = enter(caller);
      if (!operation.public && isLimited(caller.rights)) {
        const named = namedTargets(operation, input, permissionOf(operation, input));
        const restoring = operation.name === 'tasks.restore';
        const refused = named.length === 0 ? null : await refusedTargets(caller.rights, named, restoring, standingsOf);
        if (refused) throw refused.hidden ? new Hidden(refused.error) : refused.error;
      }
      await call.begins();
    } catch (error) {
      leave?.();
      await call.refused(error instanceof Hidden ? error.shown : error, error instanceof Hidden);
      throw error instanceof Hidden ? error.shown : error;
    }
    return {
      async ended(outcome) {
        leave?.();
        await call.ended(outcome);
      },
    };
  }

  return {
    /** Nothing is waited for where an unlimited caller reads. */
    admit(operation: Operation, input: unknown, caller: Caller): Admission | Promise<Admission> {
      const { rights } = caller;
      if (operation.effect !== 'read' || isLimited(rights) || rights.key?.maxConcurrency)
        return admitted(operation, input, caller);
      try {
        const counted = pass(operation, input, caller);
        return counted instanceof Promise
          ? counted.then(
              () => reading(audit, operation, caller),
              (error) => refuse(operation, input, caller, error),
            )
          : reading(audit, operation, caller);
      } catch (error) {
        return refuse(operation, input, caller, error);
      }
    },
  };

  async function refuse(operation: Operation, input: unknown, caller: Caller, error: unknown): Promise<never> {
    await auditedCall(audit, operation, input, caller).refused(error, false);
    throw error;
  }
}

/** Of a read only a refusal by its handler is noted. */
const reading = (audit: AuditedCalls, operation: Operation, caller: Caller): Admission => ({
  ended: (outcome) =>
    'error' in outcome ? auditedCall(audit, operation, undefined, caller).refused(outcome.error, false) : undefined,
});

class Hidden extends Error {
  readonly shown: RatchetError;
  constructor(shown: RatchetError) {
    super(shown.message);
    this.shown = shown;
  }
}

function checkRights(operation: Operation, input: unknown, rights: Rights): void {
  const tools = rights.key?.tools;
  if (tools && !tools.some((pattern) => matchesPattern(pattern, operation.mcp))) throw deniedTool(operation);
  const permission = permissionOf(operation, input);
  if (!mayAnywhere(rights, permission)) throw denied(permission);
  if (operation.everywhere && !mayEverywhere(rights, permission)) throw deniedElsewhere(permission);
  if (!operation.targets?.some((target) => target.permission)) return;
  for (const named of namedTargets(operation, input, permission))
    if (!mayAnywhere(rights, named.permission)) throw denied(named.permission);
}

const permissionOf = (operation: Operation, input: unknown): Permission =>
  operation.permissionFor?.(input) ?? operation.permission;

/** The server itself is not counted, nor whoever reaches a server that signs nobody in. */
const isCounted = ({ actor, rights }: Caller): boolean =>
  actor.kind !== 'system' && !(actor.kind === 'anonymous' && rights.permissions.length > 0);

/** Whether there is a place where the caller sees nothing, or may do less than elsewhere. */
const isLimited = (rights: Rights): boolean =>
  rights.grants !== null || rights.key?.repositoryIds != null || rights.key?.taskPatterns != null;
