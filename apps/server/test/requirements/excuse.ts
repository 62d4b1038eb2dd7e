import type { Requirement } from './requirement.ts';
import { operationNamed, type WireName } from './wire.ts';

/** Why a requirement is not run over a wire: an operation that it is about says why it is not there. */
export const excuse = ({ cites }: Pick<Requirement, 'cites'>, wire: WireName): string | null =>
  cites.map((name) => operationNamed(name).excused?.[wire]).find((reason) => reason !== undefined) ?? null;
