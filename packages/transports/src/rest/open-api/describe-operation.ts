import type { Operation } from '@ratchet/contract/operation';
import { pathMembers } from '../route-path.ts';
import { membersOf } from '../schema-walk.ts';
import type { Convert, Schema } from './components.ts';
import { isRequired, parametersOf, takesBody } from './parameters.ts';
import { responsesOf } from './responses.ts';
import { sampleOf } from './samples.ts';

export const entityOf = (operation: Operation): string => operation.name.split('.')[0] ?? '';

const binary: Schema = { schema: { type: 'string', format: 'binary' } };

/** One route of an operation; `index` tells routes that mean the same apart. */
export function describeOperation(
  operation: Operation,
  [method, path]: readonly [string, string],
  index: number,
  { convert, components, anonymous }: { convert: Convert; components: Record<string, Schema>; anonymous: boolean },
): Schema {
  const given = (operation.example?.input ?? {}) as Record<string, unknown>;
  const answered = operation.example?.output;
  const sample = (schema: Schema): unknown =>
    answered !== undefined && !operation.stream ? answered : sampleOf(schema, components, given);
  const responses = responsesOf(operation, method, convert, sample);
  const parameters = parametersOf(operation, method, path, convert);
  const requestBody = takesBody(method) ? bodyOf(operation, path, given, convert, components) : null;
  return {
    operationId: operation.name + (index > 0 ? `.${index + 1}` : ''),
    summary: operation.description,
    description: operation.public ? 'Nobody need have signed in.' : `Permission: ${operation.permission}.`,
    tags: [entityOf(operation)],
    security: operation.public ? [] : [{ bearer: [] }, { apiKey: [] }, { session: [] }, ...(anonymous ? [{}] : [])],
    parameters,
    ...(requestBody ? { requestBody } : {}),
    responses,
  };
}

function bodyOf(
  operation: Operation,
  path: string,
  given: Readonly<Record<string, unknown>>,
  convert: Convert,
  components: Readonly<Record<string, Schema>>,
): Schema {
  const inPath = pathMembers(path);
  const whole = convert(operation.input, 'input');
  const properties = Object.entries((whole.properties ?? {}) as Record<string, Schema>).filter(
    ([name]) => !inPath.includes(name),
  );
  const members = membersOf(operation.input);
  const required = properties.map(([name]) => name).filter((name) => members[name] && isRequired(members[name]));
  const schema: Schema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    // What is in the path may be said again.
    ...(operation.ignoresAnswerMembers || inPath.length > 0 ? {} : { additionalProperties: false }),
  };
  const types = operation.rawBody ? ['application/octet-stream', ...(operation.rawTypes ?? [])] : [];
  const shown = Object.fromEntries(Object.entries(given).filter(([name]) => !inPath.includes(name)));
  return {
    required: required.length > 0,
    content: {
      'application/json': {
        schema,
        example: Object.keys(shown).length > 0 ? shown : sampleOf(schema, components, {}, false),
      },
      ...Object.fromEntries(types.map((type) => [type, binary])),
    },
  };
}
