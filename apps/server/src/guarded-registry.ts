import type { Caller } from '@ratchet/contract/dispatcher';
import type { RegistryChanges } from '@ratchet/contract/entities/registry';
import { type Operation, operation } from '@ratchet/contract/operation';
import type { Guard } from '@ratchet/operations/dispatch';
import type { Registry } from '@ratchet/transports/rest/register-registry';
import * as z from 'zod';

/*
 * The files of the served registry are no operations of the table, and REST alone has them; who may read and write them is
 * decided, counted and noted down as if they were.
 */
const names = {
  rest: ['GET', '/registry/{path+}'],
  graphql: 'registryFiles',
  input: z.unknown(),
  output: z.unknown(),
} as const;
const read = operation({
  ...names,
  name: 'registry.readFiles',
  description: 'Files of the served registry',
  effect: 'read',
  permission: 'read',
  errors: ['NOT_FOUND'],
  mcp: 'ratchet_read_registry_files',
}) as Operation;
const write = operation({
  ...names,
  name: 'registry.writeFiles',
  description: 'Change files of the served registry',
  effect: 'write',
  permission: 'edit',
  errors: ['NOT_FOUND', 'VALIDATION_FAILED', 'REVISION_MISMATCH'],
  mcp: 'ratchet_write_registry_files',
}) as Operation;

type Unguarded = Omit<Registry, 'change'> & {
  change(repository: string | null, changes: RegistryChanges, caller: Caller): ReturnType<Registry['change']>;
};

/** The served registry behind the guard of all calls. */
export function guardedRegistry(registry: Unguarded, guard: Guard): Registry {
  async function call<T>(asked: Operation, caller: Caller, work: () => Promise<T>): Promise<T> {
    const admitted = await guard.admit(asked, {}, caller);
    let output: T;
    try {
      output = await work();
    } catch (error) {
      await admitted.ended?.({ error });
      throw error;
    }
    await admitted.ended?.({ output });
    return output;
  }
  return {
    headOf: (name, caller) => call(read, caller, () => registry.headOf(name, caller)),
    index: (name, caller) => call(read, caller, () => registry.index(name, caller)),
    file: (name, path, caller) => call(read, caller, () => registry.file(name, path, caller)),
    write: (name, path, bytes, condition, caller) =>
      call(write, caller, () => registry.write(name, path, bytes, condition, caller)),
    change: (name, changes, caller) => call(write, caller, () => registry.change(name, changes(), caller)),
  };
}
