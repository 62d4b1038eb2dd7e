import { newId } from '@ratchet/store/id';
import type { AnyDestinationType } from './destination-types.ts';
import type { Message } from './message.ts';
import { outputMembers } from './template.ts';

const words = 'A trial delivery of Ratchet.';

/** A message for a trial, whose output has what the templates name. */
export function sampleMessage(type: AnyDestinationType, config: unknown): Message {
  const output: Record<string, unknown> = { message: words, test: true };
  const secrets = type.secretNames?.(config) ?? [];
  const members = type.templates(config).flatMap(({ text, use }) => outputMembers(text, use, secrets));
  // The deepest first: what has members cannot be a text as well.
  for (const { path, as } of members.sort((a, b) => b.path.length - a.path.length)) place(output, path, as);
  const [now, id] = [new Date().toISOString(), newId()];
  return {
    deliveryId: newId(),
    attempt: 1,
    task: { id: null, name: 'trial', version: '0.0.0' },
    execution: { id, status: 'completed', attempt: 1, startedAt: now, finishedAt: now, durationMs: 0 },
    job: { id: null },
    output,
    error: null,
  };
}

function place(output: Record<string, unknown>, path: readonly string[], as: 'value' | 'list' | 'object'): void {
  let at = output;
  for (const [i, name] of path.entries()) {
    const isLast = i === path.length - 1;
    const known = at[name];
    if (isLast) {
      if (known === undefined) at[name] = as === 'value' ? 'trial' : as === 'list' ? [] : null;
      return;
    }
    if (known === null || typeof known !== 'object') at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
}
