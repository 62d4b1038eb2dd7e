import { readList } from '../../kit/table/filter-values.ts';
import { listing, where, whereIn } from '../administration/listing.ts';

export const auditDefaults = {
  q: '',
  who: '',
  kind: '',
  operation: '',
  outcome: '',
  target: '',
  targetId: '',
  surface: '',
  from: '',
  to: '',
  sort: '-sequence',
  event: '',
};
export type AuditState = { readonly [K in keyof typeof auditDefaults]: string };

/** A local time as a field writes it, as an instant; undefined where there is none. */
export const instantOf = (local: string): string | undefined => {
  const at = local === '' ? Number.NaN : new Date(local).getTime();
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

export const auditInput = (state: AuditState) =>
  listing(state, [
    where('actorName', state.who, 'like'),
    where('actorKind', state.kind),
    where('operation', state.operation),
    whereIn('outcome', readList(state.outcome)),
    where('targetKind', state.target),
    where('targetId', state.targetId),
    where('surface', state.surface),
    where('at', instantOf(state.from), 'gte'),
    where('at', instantOf(state.to), 'lt'),
  ]);
