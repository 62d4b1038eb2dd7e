import type { RepositoryType } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import { issuesOf } from '../../../kit/state/error-words.ts';
import { typesFor } from '../../repository/form/sign-in.ts';

export type Step = 'kind' | 'place' | 'sign-in' | 'sync' | 'test';

export const stepLabels: Readonly<Record<Step, string>> = {
  kind: 'Kind',
  place: 'Place',
  'sign-in': 'Signing in',
  sync: 'Sync and push',
  test: 'Test',
};

/** The steps there are for a kind of repository: nobody signs in to a folder. */
export const stepsFor = (type: RepositoryType): readonly Step[] => [
  'kind',
  'place',
  ...(typesFor(type).length > 0 ? (['sign-in'] as const) : []),
  'sync',
  'test',
];

const placeFields = new Set(['name', 'uri', 'branch', 'subPath']);
const secretFields = new Set([
  'token',
  'tokenEnv',
  'username',
  'password',
  'headerName',
  'privateKey',
  'knownHosts',
  'appId',
  'installationId',
  'credentialId',
]);

export interface Refusal {
  readonly step: Step;
  /** By field, without what is before the last dot. */
  readonly fields: Readonly<Record<string, string>>;
}

/** To which step what the server refused belongs; null where no field is named. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof RatchetError && error.code === 'ALREADY_EXISTS')
    return { step: 'place', fields: { name: error.message } };
  const fields = Object.fromEntries(
    issuesOf(error).map(({ path, message }) => [path.split('.').at(-1) ?? path, message] as const),
  );
  const named = Object.keys(fields);
  if (named.length === 0) return null;
  const step = named.some((field) => placeFields.has(field))
    ? 'place'
    : named.some((field) => secretFields.has(field))
      ? 'sign-in'
      : 'sync';
  return { step, fields };
}
