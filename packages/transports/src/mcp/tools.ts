import type { Tool } from '@modelcontextprotocol/server';
import { matchesPattern, mayAnywhere, type Rights } from '@ratchet/contract/access';
import type { Operation } from '@ratchet/contract/operation';
import { toolInputSchema, toolOutputSchema } from './tool-schema.ts';

export interface OperationTool {
  readonly operation: Operation;
  readonly tool: Tool;
}

/** A tool for every operation that is not excused from this surface, in the table's order. */
export const toolsOf = (operations: readonly Operation[]): readonly OperationTool[] =>
  operations
    .filter((operation) => operation.excused?.mcp === undefined)
    .map((operation) => ({ operation, tool: describe(operation) }));

function describe(operation: Operation): Tool {
  const { effect } = operation;
  const title = titleOf(operation.mcp);
  return {
    name: operation.mcp,
    title,
    description: descriptionOf(operation),
    inputSchema: toolInputSchema(operation),
    outputSchema: toolOutputSchema(operation),
    annotations: {
      title,
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'destructive',
      idempotentHint: effect === 'read' || isIdempotent(operation),
      openWorldHint: reachesOut(operation),
    },
  };
}

/** What sets a thing to a value, or removes it, is the same done twice. */
const isIdempotent = ({ rest: [method] }: Operation): boolean => method === 'PUT' || method === 'DELETE';

/** It runs somebody's code, or speaks with another machine. */
const reachesOut = ({ permission, name }: Operation): boolean =>
  ['run', 'debug', 'sync', 'push'].includes(permission) || /\.(test|sync|push|plan)/.test(name);

const titleOf = (name: string): string => {
  const words = name.replace(/^ratchet_/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function descriptionOf(operation: Operation): string {
  const said = [/[.!?]$/.test(operation.description) ? operation.description : `${operation.description}.`];
  if (operation.list) {
    const filters = Object.keys(operation.list.filters);
    if (filters.length > 0) said.push(`Filters: ${filters.join(', ')}.`);
    if (operation.list.sorts.length > 0) said.push(`Sorts: ${operation.list.sorts.join(', ')}.`);
  }
  if (operation.effect === 'destructive') said.push('Asks for confirm: true.');
  if (operation.reportsProgress) said.push('Tells its progress.');
  if (operation.stream) said.push('Answers what happened until it ends or wait_ms is over.');
  return said.join(' ');
}

/** Whether there is any place where the caller may use this tool; others are not listed. */
export const maySee = (rights: Rights, operation: Operation): boolean =>
  (operation.public === true || mayAnywhere(rights, operation.permission)) &&
  (rights.key?.tools == null || rights.key.tools.some((pattern) => matchesPattern(pattern, operation.mcp)));
