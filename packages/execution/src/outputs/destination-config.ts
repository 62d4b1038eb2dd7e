import { type Issue, RatchetError } from '@ratchet/contract/errors';
import type { AnyDestinationType } from './destination-types.ts';
import { templateFault } from './template.ts';

/** A configuration as its type needs it, defaults filled in. Throws VALIDATION_FAILED naming every member that is wrong. */
export async function checkConfig(
  type: AnyDestinationType,
  given: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const read = type.schema.safeParse(given);
  if (!read.success)
    fail(read.error.issues.map(({ path, message }) => ({ path: ['config', ...path].map(String).join('.'), message })));
  const config = read.data;
  const secrets = type.secretNames?.(config) ?? [];
  const faults = type.templates(config).flatMap(({ path, text, use }): Issue[] => {
    const fault = templateFault(text, use, secrets);
    return fault === null ? [] : [{ path: `config.${path}`, message: fault }];
  });
  if (faults.length > 0) fail(faults);
  await type.check?.(config);
  return config as Readonly<Record<string, unknown>>;
}

function fail(issues: Issue[]): never {
  const said = issues.map(({ path, message }) => `${path}: ${message}`).join(' ');
  throw new RatchetError('VALIDATION_FAILED', said, issues);
}
