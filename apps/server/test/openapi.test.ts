import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCodes } from '@ratchet/contract/errors';
import { operations } from '@ratchet/contract/operations/table';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const bin = (name: string, path: string) => join(dirname(require.resolve(`${name}/package.json`)), path);

type Schema = Record<string, unknown>;
interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Answer {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}
interface Route {
  operationId: string;
  security?: Schema[];
  tags: string[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}
interface Document {
  openapi: string;
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Route>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer>; securitySchemes: Schema };
}

let server: Served;
let document: Document;
let folder: string;
let file: string;
beforeAll(async () => {
  server = await served();
  document = (await server.call('GET', '/api-docs/openapi.json')).body;
  folder = mkdtempSync(join(tmpdir(), 'ratchet-openapi-'));
  file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document, null, 1));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const routes = (): [string, Route][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]): [string, Route] => [`${method.toUpperCase()} ${path}`, route]),
  );
const answerOf = (answer: Answer): Answer =>
  answer.$ref ? (document.components.responses[answer.$ref.split('/').at(-1) as string] as Answer) : answer;

const validator = createSchemaValidator();
/** What of the components a schema needs, with itself, as one JSON Schema. */
function whole(schema: Schema): Schema {
  const schemas: Record<string, Schema> = {};
  const collect = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { $ref } = value as { $ref?: unknown };
    if (typeof $ref === 'string') {
      const name = $ref.split('/').at(-1) as string;
      if (!schemas[name]) {
        schemas[name] = document.components.schemas[name] as Schema;
        collect(schemas[name]);
      }
    }
    for (const member of Object.values(value)) collect(member);
  };
  collect(schema);
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema, components: { schemas } };
}
const wrongWith = (media: Media): unknown[] =>
  [
    ...(media.example === undefined ? [] : [media.example]),
    ...Object.values(media.examples ?? {}).map((e) => e.value),
  ].flatMap((example) => validator.validate(whole(media.schema), example));

describe('the OpenAPI document that the server answers', () => {
  it('is of 3.1, and has every operation under an id of its own', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const ids = routes().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ name }) => !ids.includes(name))).toEqual([]);
  });
  it('describes every tag', () => {
    const used = new Set(routes().flatMap(([, { tags }]) => tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    expect(document.tags.filter(({ name, description }) => description === name)).toEqual([]);
  });
  it('has an example of every JSON request and answer, and each fits its schema', () => {
    const wrong: unknown[] = [];
    let count = 0;
    for (const [name, route] of routes())
      for (const [where, media] of [
        ...Object.entries(route.requestBody?.content ?? {}),
        ...Object.values(route.responses).flatMap((answer) => Object.entries(answerOf(answer).content ?? {})),
      ]) {
        if (where !== 'application/json' || /webhooks|\/live|\/ready/.test(name)) continue;
        count++;
        if (media.example === undefined && !media.examples) wrong.push([name, 'has none']);
        const issues = wrongWith(media);
        if (issues.length > 0) wrong.push([name, issues, media.example]);
      }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(1000);
  });
  it('has examples of requests that the operations take, too', () => {
    const refused = operations.flatMap((operation) => {
      if (!operation.example) return [];
      const result = operation.input.safeParse(operation.example.input);
      return result.success ? [] : [[operation.name, result.error.issues]];
    });
    expect(refused).toEqual([]);
    expect(operations.filter(({ example }) => example).length).toBeGreaterThan(30);
  });
  it('names who may call what, and every refusal with the codes of the closed list', () => {
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'apiKey', 'session']);
    for (const operation of operations) {
      const route = routes().find(([, { operationId }]) => operationId === operation.name)?.[1];
      expect(Boolean(operation.public), operation.name).toBe(route?.security?.length === 0);
      expect(Object.keys(route?.responses ?? {})).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500']));
      if (operation.precondition) {
        expect(Object.keys(route?.responses ?? {})).toContain('412');
        expect(route?.parameters?.map(({ name }) => name)).toContain('If-Match');
      }
      if (operation.creates) expect(Object.keys(route?.responses['201']?.headers ?? {})).toContain('Location');
      if (operation.list)
        expect(route?.parameters?.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['_start', '_end', '_sort', '_order', 'q', 'sort']),
        );
      for (const [status, answer] of Object.entries(route?.responses ?? {}))
        if (Number(status) >= 400)
          for (const code of Object.keys(answerOf(answer).content?.['application/json']?.examples ?? {}))
            expect(errorCodes).toContain(code);
    }
    for (const name of ['RateLimited', 'Unavailable'])
      expect(Object.keys(document.components.responses[name]?.headers ?? {})).toContain('Retry-After');
    expect(Object.keys(document.components.responses.Unauthenticated?.headers ?? {})).toContain('WWW-Authenticate');
  });
  it('has no error that redocly finds', async () => {
    const { stdout } = await run(
      process.execPath,
      [bin('@redocly/cli', 'bin/cli.js'), 'lint', file, '--format', 'json'],
      {
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    );
    const { totals, problems } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      totals: { errors: number; warnings: number };
      problems: unknown[];
    };
    expect([totals, problems]).toEqual([expect.objectContaining({ errors: 0, warnings: 0 }), []]);
  });
  it('has no error that spectral finds', async () => {
    const rules = join(folder, 'spectral.yaml');
    writeFileSync(rules, 'extends: ["spectral:oas"]\n');
    const { stdout } = await run(
      process.execPath,
      [
        bin('@stoplight/spectral-cli', 'dist/index.js'),
        'lint',
        '-r',
        rules,
        '-f',
        'json',
        '-q',
        '--fail-severity',
        'hint',
        file,
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    expect(JSON.parse(stdout)).toEqual([]);
  });
});
