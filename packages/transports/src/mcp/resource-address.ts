/** What a resource's address names. */
export type ResourceAddress =
  | { readonly kind: 'task'; readonly id: string; readonly part: 'whole' | 'source' | 'schemas' | 'versions' }
  | { readonly kind: 'logs'; readonly id: string }
  | { readonly kind: 'conflict'; readonly id: string }
  | { readonly kind: 'document'; readonly name: string };

export const templates = [
  {
    uriTemplate: 'ratchet://tasks/{id}',
    name: 'task',
    title: 'A task',
    description: 'A task, whole: source, schemas, tests, state',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'ratchet://tasks/{id}/source',
    name: 'task-source',
    title: 'Source of a task',
    description: 'The code of its entry file',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'ratchet://tasks/{id}/schemas',
    name: 'task-schemas',
    title: 'Schemas of a task',
    description: 'The JSON Schemas of its input and output',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'ratchet://tasks/{id}/versions',
    name: 'task-versions',
    title: 'History of a task',
    description: 'Its latest revisions, newest first',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'ratchet://executions/{id}/logs',
    name: 'execution-logs',
    title: 'Log of an execution',
    description: 'Its log, a line an entry',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'ratchet://conflicts/{id}',
    name: 'conflict',
    title: 'A conflict',
    description: 'Both sides, the base, and the suggested merge of every file',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'ratchet://docs/{page}',
    name: 'documentation',
    title: 'Documentation',
    description: 'Guides for whoever writes, runs and connects',
    mimeType: 'text/markdown',
  },
] as const;

/** Null: no address of ours. */
export function resourceAddress(uri: string): ResourceAddress | null {
  const found = /^ratchet:\/\/(tasks|executions|conflicts|docs)\/([^/?#]{1,300})(?:\/([a-z]+))?$/.exec(uri);
  if (!found) return null;
  const [, group, encoded = '', part] = found;
  const id = decoded(encoded);
  if (id === null) return null;
  if (group === 'docs' && part === undefined) return { kind: 'document', name: id };
  if (group === 'conflicts' && part === undefined) return { kind: 'conflict', id };
  if (group === 'executions' && part === 'logs') return { kind: 'logs', id };
  if (group !== 'tasks') return null;
  if (part === undefined) return { kind: 'task', id, part: 'whole' };
  return part === 'source' || part === 'schemas' || part === 'versions' ? { kind: 'task', id, part } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
