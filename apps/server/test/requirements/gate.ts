import { type Operation, parity } from '@ratchet/contract/operation';
import type { Requirement } from './requirement.ts';

type Cited = Pick<Requirement, 'id' | 'says' | 'knownFailures'> & { readonly cites: readonly string[] };

/**
 * What is wrong with a manifest: operations that no requirement is about on a surface they are on, requirements about
 * operations that there are not, and names that do not tell requirements apart.
 */
export function faultsOf(operations: readonly Operation[], manifest: readonly Cited[]): string[] {
  const known = new Map(operations.map((operation) => [operation.name, operation]));
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const { id, says, cites, knownFailures } of manifest) {
    if (ids.has(id)) faults.push(`${id}: stands there twice`);
    ids.add(id);
    if (!/^[a-z]\w*(\.\w+)+$/i.test(id)) faults.push(`${id}: is not written entity.behaviour`);
    if (!/^[A-Z].+[^.]$/.test(says))
      faults.push(`${id}: does not say its behaviour in a sentence without its full stop`);
    if (cites.length === 0) faults.push(`${id}: is about no operation`);
    for (const name of cites) if (!known.has(name)) faults.push(`${id}: there is no operation ${name}`);
    for (const [wire, reason] of Object.entries(knownFailures ?? {}))
      if (!reason) faults.push(`${id}: does not say why it fails over ${wire}`);
  }
  for (const { name, excused } of operations)
    for (const wire of parity) {
      const reason = excused?.[wire];
      if (reason !== undefined && reason.length < 20) faults.push(`${name}: gives no reason why it is not on ${wire}`);
      if (reason !== undefined) continue;
      const about = manifest.filter(({ cites }) => cites.includes(name));
      const runs = about.filter(({ cites }) => cites.every((other) => known.get(other)?.excused?.[wire] === undefined));
      const holds = runs.filter(({ knownFailures }) => knownFailures?.[wire] === undefined);
      if (about.length === 0) faults.push(`${name}: no requirement is about it`);
      else if (runs.length === 0) faults.push(`${name}: no requirement about it runs over ${wire}`);
      else if (holds.length === 0) faults.push(`${name}: every requirement about it fails over ${wire}`);
    }
  return [...new Set(faults)];
}
