import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import { jsonSchemaOf, membersOf, typeText } from './describe-schema.ts';
import { exampleCall, type GuideSurface, surfaces } from './example-calls.ts';

export interface ReferenceFilter {
  readonly entity?: string | undefined;
  readonly operation?: string | undefined;
  readonly surface?: GuideSurface | undefined;
}

/** Operations as Markdown, one section each. Throws NOT_FOUND where the filter leaves none. */
export function endpointReference({ entity, operation, surface }: ReferenceFilter): { title: string; text: string } {
  const chosen = operations.filter(
    ({ name }) =>
      (entity === undefined || name.startsWith(`${entity}.`)) && (operation === undefined || name === operation),
  );
  if (chosen.length === 0) throw nothingThere({ entity, operation });
  const shown = surface === undefined ? surfaces : [surface];
  const title = operation ?? (entity === undefined ? 'Operations' : `Operations on ${entity}`);
  const intro =
    'Every operation is on every surface under the names given, with the same members, errors and rights. ' +
    'REST paths stand under `/api/v1`. In MCP, members are written in snake_case.';
  return { title, text: [`# ${title}`, intro, ...chosen.map((one) => sectionOf(one, shown))].join('\n\n') };
}

function nothingThere({ entity, operation }: ReferenceFilter): RatchetError {
  const entities = [...new Set(operations.map(({ name }) => name.slice(0, name.indexOf('.'))))];
  const known = entity !== undefined && entities.includes(entity);
  const message = known
    ? `There is no operation ${JSON.stringify(operation)} on ${entity}.`
    : operation === undefined || entity !== undefined
      ? `There is no entity ${JSON.stringify(entity)}; there are ${entities.join(', ')}.`
      : `There is no operation ${JSON.stringify(operation)}. Leave it out to read of all.`;
  return new RatchetError('NOT_FOUND', message, { entity, operation });
}

const sections = new Map<string, string>();

function sectionOf(operation: Operation, shown: readonly GuideSurface[]): string {
  const key = `${operation.name} ${shown.join(' ')}`;
  const made = sections.get(key) ?? makeSection(operation, shown);
  sections.set(key, made);
  return made;
}

function makeSection(operation: Operation, shown: readonly GuideSurface[]): string {
  const { name, description, effect, permission, errors } = operation;
  const facts = [
    `Effect: ${effect}. Permission: ${operation.public ? 'none, not even having signed in' : permission}.`,
    ...(operation.stream ? ['Answers a stream of events.'] : []),
  ];
  return [
    `## ${name}`,
    `${description}.`,
    facts.join(' '),
    namesOf(operation, shown),
    inputOf(operation),
    outputOf(operation),
    `Errors: ${errors.length > 0 ? errors.map((code) => `\`${code}\``).join(', ') : 'none of its own'}.`,
    ...shown.flatMap((surface) => {
      const call = exampleCall(operation, surface);
      return call ? [`${surfaceNames[surface]}:\n\n\`\`\`${call.language}\n${call.text}\n\`\`\``] : [];
    }),
  ].join('\n\n');
}

const surfaceNames: Readonly<Record<GuideSurface, string>> = {
  rest: 'REST',
  graphql: 'GraphQL',
  mcp: 'MCP',
  trpc: 'tRPC',
  cli: 'Command line',
};

function namesOf(operation: Operation, shown: readonly GuideSurface[]): string {
  const { rest, restAliases = [], graphql, graphqlAliases = [], mcp, name, cli, excused = {} } = operation;
  const routes = [rest, ...restAliases].map(([method, path]) => `\`${method} ${path}\``).join(', ');
  const of: Readonly<Record<GuideSurface, string>> = {
    rest: excused.rest ?? routes,
    graphql: excused.graphql ?? [graphql, ...graphqlAliases].map((field) => `\`${field}\``).join(', '),
    mcp: excused.mcp ?? `\`${mcp}\``,
    trpc: excused.trpc ?? `\`${name}\``,
    cli: cli ? `\`ratchet ${cli}\`` : 'no command of its own; `ratchet` speaks REST',
  };
  return shown.map((surface) => `- ${surfaceNames[surface]}: ${of[surface]}`).join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function inputOf({ input, list }: Operation): string {
  const members = membersOf(jsonSchemaOf(input, 'input'));
  if (members.length === 0) return 'Input: nothing.';
  const rows = members.map(({ name, type, isRequired, default: usual, description }) => {
    const need = isRequired ? 'required' : usual === undefined ? '' : `default ${JSON.stringify(usual)}`;
    return `| \`${name}\` | ${cell(type)} | ${cell(need)} | ${cell(description)} |`;
  });
  const fields = list
    ? `\n\nFilters: ${Object.keys(list.filters).join(', ')}. Sorts: ${list.sorts.join(', ') || 'none'}.`
    : '';
  return `| Member | Type | | |\n| --- | --- | --- | --- |\n${rows.join('\n')}${fields}`;
}

function outputOf({ output }: Operation): string {
  const schema = jsonSchemaOf(output, 'output');
  const members = membersOf(schema);
  const name = schema.id ? ` a ${schema.id}` : '';
  if (members.length === 0)
    return name ? `Answers${name}.` : `Answers ${schema.type ? typeText(schema, schema) : 'nothing'}.`;
  return `Answers${name}: ${members.map((member) => `\`${member.name}\` ${cell(member.type)}`).join('; ')}.`;
}
