import type { Task } from '@ratchet/contract/entities/task';

/** What metadata.json may say, for completion and help. Unknown members are kept. */
export const metadataSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'Unique within its repository' },
    uuid: { type: 'string', description: 'The identity; versions of one task share it. Never rewritten here' },
    version: { type: 'string', description: 'Semantic version, such as 1.0.0' },
    label: { type: 'string', description: 'The name for people' },
    description: { type: 'string', description: 'What the task does' },
    tags: { type: 'array', items: { type: 'string' }, description: 'Words to find it by' },
    category: { type: 'string' },
    author: { type: 'string' },
    license: { type: 'string', description: 'An SPDX identifier, such as Apache-2.0' },
    timeout: { type: 'number', description: 'Milliseconds a run may take, up to the server’s cap' },
    memory_limit: { type: 'number', description: 'Megabytes of memory, up to the server’s cap' },
    network: {
      type: 'object',
      description: 'Where its requests may go',
      properties: {
        allow: { type: 'array', items: { type: 'string' }, description: 'Only these hosts, such as api.example.com' },
      },
    },
    cache: {
      type: 'object',
      description: 'Answer the stored output to the same input',
      properties: { ttl: { type: 'number', description: 'Seconds a stored output is answered' } },
    },
    secrets: {
      type: 'array',
      items: { type: 'string' },
      description: 'Names of secrets it needs; it does not run without them',
    },
  },
} as const;

/** JSON Schema’s own members, for completion and help. */
export const schemaSchema = {
  type: 'object',
  properties: {
    $schema: { enum: ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#'] },
    title: { type: 'string' },
    description: { type: 'string', description: 'Shown as help in the run form' },
    type: {
      enum: ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'],
      description: 'The type of the value',
    },
    properties: { type: 'object', description: 'The members of an object, each with its schema' },
    required: { type: 'array', items: { type: 'string' }, description: 'Members that must be there' },
    additionalProperties: { description: 'false: no other members' },
    items: { description: 'The schema of every item of a list' },
    enum: { type: 'array', description: 'The only values that are taken' },
    const: { description: 'The only value that is taken' },
    default: { description: 'What the run form begins with' },
    examples: { type: 'array' },
    format: {
      enum: ['date-time', 'date', 'time', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid', 'regex'],
      description: 'How a text is written',
    },
    pattern: { type: 'string', description: 'A regular expression that a text matches' },
    minLength: { type: 'integer' },
    maxLength: { type: 'integer' },
    minimum: { type: 'number' },
    maximum: { type: 'number' },
    multipleOf: { type: 'number' },
    minItems: { type: 'integer' },
    maxItems: { type: 'integer' },
    uniqueItems: { type: 'boolean' },
    oneOf: { type: 'array', description: 'Exactly one of these schemas' },
    anyOf: { type: 'array', description: 'At least one of these schemas' },
    allOf: { type: 'array', description: 'All of these schemas' },
    $ref: { type: 'string', description: 'A schema elsewhere, such as #/$defs/item' },
    $defs: { type: 'object', description: 'Schemas to refer to' },
  },
} as const;

const asSchema = (schema: Task['inputSchema']): object => (typeof schema === 'object' && schema !== null ? schema : {});

/** What a test file may say, with the task's own schemas for its input and output. */
export const testSchema = ({ inputSchema, outputSchema }: Pick<Task, 'inputSchema' | 'outputSchema'>) => ({
  type: 'object',
  properties: {
    name: { type: 'string', description: 'What the test is called' },
    description: { type: 'string' },
    input: { ...asSchema(inputSchema), description: 'What the task is given' },
    expected_output: { ...asSchema(outputSchema), description: 'What must come out, exactly' },
    expected: { description: 'The same as expected_output' },
    expected_error: { description: 'Part of the error, a /pattern/, or an object with class, message or matches' },
    should_fail: { type: 'boolean', description: 'The run must fail' },
    assertions: {
      type: 'array',
      description: 'What must hold of the output',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string', description: 'Where in the output, such as items.0.name' },
          operator: { type: 'string', description: 'equals, contains, exists, matches, greater_than, …' },
          expected: {},
        },
      },
    },
    mock: {
      type: 'object',
      description: 'Answers in place of the network',
      properties: {
        http: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              url: { type: 'string' },
              method: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] },
              response: { type: 'object', description: 'The response: status, headers, body' },
              responses: { type: 'array', description: 'Responses in turn' },
            },
          },
        },
      },
    },
  },
});
