import type { Redactor } from '../redact.ts';
import { type CdpClient, CdpError, type Evaluated, type RemoteObject, type Scope } from './cdp.ts';
import { createJsonReader } from './read-json.ts';
import type { Show } from './show-value.ts';

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly json?: unknown;
}
export interface ShownScope {
  readonly type: string;
  readonly variables: readonly Variable[];
}

const mostVariables = 200;
/** What a bundle keeps for itself in the scope that holds the files. */
const bundlers = /^(module|exports|__\w+|import_\w+|\w+_exports|require_\w+)$/;

/** Reads the variables that a paused frame sees, without letting the task's code run. */
export const createScopeReader = (
  client: CdpClient,
  show: Show,
  redactor: Redactor,
  names: ReadonlyMap<string, string>,
) => {
  const json = createJsonReader(client, redactor);

  const variable = async (name: string, value: RemoteObject): Promise<Variable> => {
    const found = await json(value);
    return {
      name: names.get(name) ?? name,
      type: value.subtype ?? value.type,
      value: show(value),
      ...(found === undefined ? {} : { json: found }),
    };
  };

  interface Property {
    readonly name: string;
    readonly value?: RemoteObject;
  }
  const properties = async (scope: Scope): Promise<readonly Property[]> => {
    const { objectId } = scope.object;
    const read = { objectId, ownProperties: true, generatePreview: true };
    try {
      return (await client.call<{ result: readonly Property[] }>('Runtime.getProperties', read)).result;
    } catch (error) {
      if (!(error instanceof CdpError)) throw error;
      // One value of many megabytes makes the answer too large to take.
      return [{ name: '(all)', value: { type: 'object', description: `cannot be shown: ${error.message}` } }];
    }
  };
  const variables = async (found: readonly Property[]): Promise<Variable[]> => {
    const shown: Variable[] = [];
    for (const { name, value } of found.slice(0, mostVariables)) {
      if (value !== undefined) shown.push(await variable(name, value));
    }
    return shown;
  };

  /**
   * `declared`: what a classic script declares at its top, part of which the engine keeps among the globals.
   * `bundled`: whether a scope of the code is the one that holds all files.
   */
  return async (
    chain: readonly Scope[],
    declared: readonly string[],
    bundled: (scope: Scope) => boolean,
  ): Promise<ShownScope[]> => {
    const scopes: ShownScope[] = [];
    const top: Variable[] = [];
    for (const scope of chain) {
      if (scope.type === 'global') {
        for (const name of declared.slice(0, mostVariables)) {
          if (top.some((held) => held.name === name)) continue;
          const read = {
            objectId: scope.object.objectId,
            functionDeclaration: 'function (name) { return this[name]; }',
          };
          const { result } = await client.call<Evaluated>('Runtime.callFunctionOn', {
            ...read,
            arguments: [{ value: name }],
            generatePreview: true,
            throwOnSideEffect: true,
            silent: true,
          });
          top.push(await variable(name, result));
        }
        continue;
      }
      const found = await properties(scope);
      if (scope.type === 'script' || scope.type === 'module' || bundled(scope)) {
        top.push(...(await variables(found.filter(({ name }) => !bundlers.test(name)))));
      } else if (found.length > 0) scopes.push({ type: scope.type, variables: await variables(found) });
    }
    return top.length === 0 ? scopes : [...scopes, { type: 'module', variables: top }];
  };
};
