import { mayAt, mayAtRepository, mayEverywhere, type Rights } from '@ratchet/contract/access';
import { notFound, type RatchetError } from '@ratchet/contract/errors';
import type { Permission, TargetKind } from '@ratchet/contract/operation';
import type { PlacedKind, Standing } from '@ratchet/store/queries/places';
import type { Named } from './named-targets.ts';
import { denied } from './refusals.ts';

export type StandingsOf = (
  kind: PlacedKind,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, readonly (Standing | null)[]>>;

/** Why a call is refused; `hidden`: something is there that the caller is not told of. */
export interface Refused {
  readonly error: RatchetError;
  readonly hidden: boolean;
}

/** As its entity's own NOT_FOUND calls it. */
const words: Readonly<Record<TargetKind, string>> = {
  task: 'task',
  repository: 'repository',
  project: 'project',
  spec: 'spec',
  conflict: 'conflict',
  execution: 'execution',
  job: 'job',
  batch: 'batch',
  schedule: 'schedule',
  delivery: 'delivery',
  result: 'result',
  alert: 'alert',
  credential: 'credential',
  secret: 'secret',
  output_destination: 'output destination',
  user: 'user',
  api_key: 'API key',
  grant: 'grant',
  worker: 'worker',
};

/** Who may see these does not depend on places: their handlers look after them, or the permission alone does. */
const unplaced = new Set<TargetKind>(['user', 'api_key', 'grant', 'secret']);
/** These stand nowhere. */
const everywhere = new Set<TargetKind>(['credential', 'output_destination', 'worker']);

/**
 * What a caller whose rights end somewhere may not do to what an input names; null: everything. All of it or nothing: of
 * what may not be read it is said, in the same words, that it is not there, whether it is or not. `restoring`: deleted
 * tasks are meant.
 */
export async function refusedTargets(
  rights: Rights,
  named: readonly Named[],
  restoring: boolean,
  standingsOf: StandingsOf,
): Promise<Refused | null> {
  const asked = new Map<TargetKind, ReadonlyMap<string, readonly (Standing | null)[]>>();
  const idsOf = (kind: TargetKind) => [...new Set(named.flatMap((one) => (one.kind === kind ? one.ids : [])))];
  for (const { kind, ids, permission } of named) {
    if (unplaced.has(kind)) continue;
    if (kind === 'repository' || kind === 'project' || everywhere.has(kind)) {
      const refused = ids.map((id) => refusedWhole(rights, kind, id, permission)).find((one) => one !== null);
      if (refused) return refused;
      continue;
    }
    const standings = asked.get(kind) ?? (await standingsOf(kind as PlacedKind, idsOf(kind)));
    asked.set(kind, standings);
    for (const id of ids) {
      const all = meant(standings.get(id) ?? [], restoring);
      // A folder's name may be one of a project that the caller does not see: then that one is not meant.
      const seen = kind === 'spec' ? all.filter((at) => allows(rights, 'read', at)) : all;
      const places = seen.length > 0 ? seen : all;
      const readable = places.length > 0 && places.every((at) => allows(rights, 'read', at));
      if (!readable) return { error: notFound(words[kind], id), hidden: places.length > 0 };
      if (!places.every((at) => allows(rights, permission, at))) return { error: denied(permission), hidden: false };
    }
  }
  return null;
}

function refusedWhole(rights: Rights, kind: TargetKind, given: string, permission: Permission): Refused | null {
  const may = (wanted: Permission): boolean =>
    kind === 'repository' || kind === 'project'
      ? mayAtRepository(rights, wanted, given.toLowerCase())
      : mayEverywhere(rights, wanted);
  if (!may('read')) return { error: notFound(words[kind], given), hidden: true };
  return may(permission) ? null : { error: denied(permission), hidden: false };
}

/** Of tasks with one uuid the living ones are meant; a deleted one only where none lives, or it is to be restored. */
function meant(places: readonly (Standing | null)[], restoring: boolean): readonly (Standing | null)[] {
  const those = places.filter((at) => (at?.deleted === true) === restoring);
  return those.length > 0 ? those : places;
}

const allows = (rights: Rights, permission: Permission, at: Standing | null): boolean =>
  at === null ? mayEverywhere(rights, permission) : mayAt(rights, permission, at);
