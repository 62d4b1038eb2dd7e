import { type Operation, parity } from '@ratchet/contract/operation';

const kindOf = ({ effect, stream }: Operation): string =>
  stream ? 'subscription' : effect === 'read' ? 'query' : 'mutation';

const code = (text: string): string => `\`${text}\``;

/** How an operation is called on each surface, or the number of the note that says why it is not there. */
function cells(operation: Operation, note: (reason: string) => number) {
  const { name, rest, restAliases = [], unversioned, graphql, graphqlAliases = [], mcp, excused } = operation;
  const at = ([method, path]: readonly [string, string]) => code(`${method} ${unversioned ? '' : '/api/v1'}${path}`);
  const fields = [graphql, ...graphqlAliases].flatMap((field) =>
    field.endsWith('Page') ? [field, field.slice(0, -'Page'.length)] : [field],
  );
  const named: Record<(typeof parity)[number], string> = {
    rest: [rest, ...restAliases].map(at).join(', '),
    graphql: `${kindOf(operation)} ${fields.map(code).join(', ')}`,
    mcp: code(mcp),
    trpc: `${kindOf(operation)} ${code(name)}`,
  };
  return parity.map((surface) => {
    const reason = excused?.[surface];
    return reason === undefined ? named[surface] : `— (${note(reason)})`;
  });
}

/** The page that shows every operation on every surface. */
export function operationsReference(operations: readonly Operation[]): string {
  const reasons: string[] = [];
  const note = (reason: string): number => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return reasons.indexOf(reason) + 1;
  };
  const entities = [...new Set(operations.map(({ name }) => name.split('.')[0] as string))];
  const sections = entities.map((entity) => {
    const rows = operations
      .filter(({ name }) => name.startsWith(`${entity}.`))
      .map((operation) => {
        const { name, effect, permission, public: open, cli } = operation;
        const right = open ? 'nobody need have signed in' : permission;
        const row = [code(name), effect, right, ...cells(operation, note), cli ? code(`ratchet ${cli}`) : '—'];
        return `| ${row.join(' | ')} |`;
      });
    return `## ${entity}\n\n${heading}\n${rows.join('\n')}\n`;
  });
  const notes = reasons.map((reason, i) => `${i + 1}. ${reason}`).join('\n');
  return `${introduction(operations.length)}\n${sections.join('\n')}\n## Why some are not everywhere\n\n${notes}\n`;
}

const heading = `| operation | effect | permission | REST | GraphQL | MCP | tRPC | command |
|---|---|---|---|---|---|---|---|`;

const introduction = (count: number): string => `# Operations

Every one of the ${count} operations, with its name on each surface. Written by \`node scripts/write-operations-reference.ts\`
from the table that the surfaces themselves are made of; a test compares it with what a running server serves. The last
column is the command (see [the command line](command-line.md)); where a dash is, \`ratchet call <operation>\` calls it. A
dash with a number is an operation that is not on a surface, for the reason below the tables.

All surfaces take the same members, judge them by the same schemas and answer the same errors. Their notations differ: MCP
writes arguments in snake_case and asks for \`confirm: true\` before what destroys; GraphQL writes enumerations in capitals
and page, limit and cursor in \`pagination\`; REST writes conditions of lists as \`field=value\` and \`field_op=value\`.
`;
