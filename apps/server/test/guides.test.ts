import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { operations } from '@ratchet/contract/operations/table';
import { callsOf, guidePages, languages, topics } from '@ratchet/operations/guides/pages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from './served.ts';

const run = promisify(execFile);
let server: Served;
beforeAll(async () => {
  server = await served();
});
afterAll(() => server.close());

const guide = async (path: string) => (await server.api('GET', `/guides/${path}`)).body;
/** Code of one language, all blocks of a page as one program. */
const codeOf = (text: string, language: string): string =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code).join('\n');

describe('the reference of endpoints', () => {
  it('has every operation, with its names, members, errors and a call on every surface', async () => {
    const { text, sections } = await guide('endpoint-reference');
    expect(sections.map(({ title }: { title: string }) => title)).toEqual(operations.map(({ name }) => name));
    for (const { mcp, graphql, rest, excused } of operations) {
      expect(text).toContain(`\`${rest[0]} ${rest[1]}\``);
      if (!excused?.graphql) expect(text).toContain(`\`${graphql}\``);
      if (!excused?.mcp) expect(text).toContain(`"name": "${mcp}"`);
    }
    expect(text).not.toMatch(/undefined|\[object|__schema/);
  });

  it('is narrowed by entity, operation and surface', async () => {
    const tasks = await guide('endpoint-reference?entity=tasks&surface=mcp');
    expect(tasks.title).toBe('Operations on tasks');
    expect(tasks.text).toContain('ratchet_create_task');
    expect(tasks.text).not.toContain('curl');
    const one = await guide('endpoint-reference?operation=tasks.edit');
    expect(one.sections).toEqual([{ id: 'tasks-edit', title: 'tasks.edit' }]);
    expect(one.text).toMatch(/\| `edits` \| \{ .*find: string.*\}\[\] \| required \|/);
    expect(one.text).toContain('`REVISION_MISMATCH`');
    for (const wrong of ['entity=nothing', 'operation=tasks.nothing', 'entity=tasks&operation=jobs.list'])
      expect((await server.api('GET', `/guides/endpoint-reference?${wrong}`)).status).toBe(404);
  });

  it('shows calls that the operation takes', async () => {
    for (const operation of operations) {
      const { text } = await guide(`endpoint-reference?operation=${operation.name}&surface=trpc`);
      const call = /```ts\n(?:await )?trpc\.[\w.]+\((.*?)(?:, \{ onData.*)?\);\n```/s.exec(text);
      if (!call) throw new Error(`${operation.name} shows no call.`);
      const input = call[1] ? JSON.parse(call[1]) : {};
      const judged = operation.input.safeParse(input);
      expect({ name: operation.name, issues: judged.error?.issues ?? [] }).toEqual({
        name: operation.name,
        issues: [],
      });
    }
  });
});

describe('the guide to integration', () => {
  const environment = () => ({ ...process.env, RATCHET_URL: server.address, RATCHET_API_KEY: '' });

  it('for curl works as it is written', async () => {
    const { text } = await guide('integration?language=curl');
    const { stdout } = await run('bash', ['-c', codeOf(text, 'sh')], { env: environment() });
    expect(stdout).toContain('"text": "Hello Una"');
    expect(stdout).toContain('{"type":"state","data":{"status":"completed"}}');
    expect(stdout).toContain('VALIDATION_FAILED');
    expect(stdout).toContain('Good day');
    expect(stdout).toContain('REVISION_MISMATCH');
  });

  it('for JavaScript works as it is written', async () => {
    const { text } = await guide('integration?language=javascript');
    const file = join(server.folder, 'integration.mjs');
    writeFileSync(file, codeOf(text, 'js'));
    const { stdout } = await run(process.execPath, [file], { env: environment() });
    expect(stdout).toContain("completed { text: 'Hello Una' }");
    expect(stdout).toContain("state { status: 'completed' }");
    expect(stdout).toContain('VALIDATION_FAILED');
    expect(stdout).toContain('2 (says hello)');
  });

  it('for Python works as it is written', async () => {
    const { text } = await guide('integration?language=python');
    const { stdout } = await run('python3', ['-c', codeOf(text, 'python')], { env: environment() });
    expect(stdout).toContain("completed {'text': 'Hello Una'}");
    expect(stdout).toContain("state {'status': 'completed'}");
    expect(stdout).toContain('VALIDATION_FAILED');
  });

  it('for MCP names tools that there are', async () => {
    const { text } = await guide('integration?language=mcp');
    const tools = [...text.matchAll(/\bratchet_[a-z_]+[a-z]\b/g)].map(([tool]) => tool);
    expect(tools.filter((tool) => !operations.some(({ mcp }) => mcp === tool))).toEqual([]);
  });
});

describe('walkthroughs', () => {
  it.each(topics.map((topic) => [topic]))('of %s calls operations as they are to be called', async (topic) => {
    const { title, text, sections } = await guide(`walkthrough?topic=${topic}`);
    expect(title).not.toBe('');
    expect(sections.length).toBeGreaterThan(2);
    const calls = callsOf(`walkthrough-${topic}`);
    expect(calls.length).toBeGreaterThan(2);
    expect(text).not.toContain('```call');
    for (const { operation, input } of calls) {
      const found = operations.find(({ name }) => name === operation);
      const filled = JSON.parse(JSON.stringify(input).replaceAll(/<\w+>/g, '0193e2a4-7b1c-7e11-9d53-0a6f2f6c1b11'));
      expect({ operation, issues: found?.input.safeParse(filled).error?.issues ?? [] }).toEqual({
        operation,
        issues: [],
      });
      expect(text).toContain(`"name": "${found?.mcp}"`);
    }
  });

  it('of a first task come to their end on a server', async () => {
    let task = '';
    const answers: Record<string, { status: number; body: { failed?: number; output?: unknown; id?: string } }> = {};
    for (const { operation, input } of callsOf('walkthrough-first_task')) {
      const found = operations.find(({ name }) => name === operation);
      const given = JSON.parse(JSON.stringify(input).replaceAll('<task>', task));
      const [method = '', path = ''] = found?.rest ?? [];
      const address = path.replace(/\{(\w+)\+?\}/g, (_, name) => given[name]);
      const members = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
      const body = Object.fromEntries(Object.entries(given).filter(([name]) => !members.includes(name)));
      answers[operation] = await server.api(method, address, body);
      expect({ operation, status: answers[operation]?.status }).toEqual({
        operation,
        status: expect.toBeOneOf([200, 201]),
      });
      task ||= answers[operation]?.body.id ?? '';
    }
    expect(answers['tasks.test']?.body.failed).toBe(0);
    expect(answers['tasks.run']?.body.output).toEqual({ text: 'Hello Una' });
  });
});

it('every page can be had by its name', () => {
  const pages = guidePages();
  expect(new Set(pages.map(({ name }) => name)).size).toBe(pages.length);
  for (const { name, title, text } of pages) {
    expect(name).toMatch(/^[a-z_A-Z-]+$/);
    expect(text()).toContain(`# ${title}\n`);
  }
  expect(pages.length).toBeGreaterThan(languages.length + topics.length);
});
