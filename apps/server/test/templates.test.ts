import { fill, templateDesk } from '@ratchet/repositories/templates/generate-task';
import { readTemplates, type Template } from '@ratchet/repositories/templates/template';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import { createSchemaValidator } from '@ratchet/sandbox/json-schema';
import { runTaskTests } from '@ratchet/sandbox/task-tests';
import { testFilesOf } from '@ratchet/sandbox/test-file';
import { createTaskFiles } from '@ratchet/sync/kinds/task/create-task-files';
import { lintTask } from '@ratchet/sync/kinds/task/lint/lint-task';
import { projectTask } from '@ratchet/sync/kinds/task/project-task';
import { afterAll, describe, expect, it } from 'vitest';

const sandbox = createSandbox({ runners: 2 });
const validator = createSchemaValidator();
const templates = readTemplates();
afterAll(() => sandbox.close());

const hostile = [
  `'); throw new Error('out'); ('`,
  '$' + '{globalThis.x = 1}',
  '"\\u2028\u2028\u2029\\',
  '</script><!--',
  '*/ } { /*',
  '{{url}} {{task_name}}',
  '__proto__',
  '日本語 \u{1F600}',
];
type Parameters = Record<string, string | number | boolean | string[]>;

/** Parameters by template: the defaults, and odd ones that its schema takes. */
const odd: Readonly<Record<string, Parameters[]>> = {
  http_api_call: [
    { url: `https://xn--exmple-cua.org/a%20b/'$(x)*;?q='),alert('`, method: 'POST', secret: 'API_TOKEN', retries: 0 },
    { url: 'http://127.0.0.1:8080', method: 'DELETE', timeout_seconds: 120, retries: 5 },
  ],
  data_transform: [
    { fields: hostile, key: hostile[0] ?? '', descending: true },
    { fields: ['__proto__'], key: 'a"b' },
  ],
  validation: [{ required: hostile, email_field: hostile[1] ?? '', max_length: 1, fail: true }, { email_field: '' }],
  file_processor: [{ format: 'jsonl', max_rows: 1 }, { format: 'lines' }, { delimiter: '\t' }],
  webhook_handler: [{ secret: '_S', signature_header: 'X', event_header: 'Y-Event', events: hostile }],
  scheduled_job: [
    { url: 'https://example.org/*?a=*', time_field: hostile[2] ?? '', max_age_hours: 0.5, cron: '* * * * * *' },
  ],
  testing_utility: [{ base_url: `https://EXAMPLE.org/a/../'(b)'`, expect_status: 599, fail: true }],
};

/** The task that a template comes to, read as from a disk. */
function generated(
  template: Template,
  sourceType: 'javascript' | 'typescript',
  parameters: Parameters,
  taskName = 'A task',
) {
  const { task, files } = fill(template, { taskName, sourceType, parameters });
  const all = new Map([...createTaskFiles({ ...task, uuid: crypto.randomUUID() }, new Date()), ...files]);
  const projected = projectTask('task', all);
  if ('unreadable' in projected) throw new Error(projected.unreadable.message);
  const texts = new Map([...all].map(([path, bytes]) => [path, Buffer.from(bytes).toString('utf8')]));
  return { fields: projected.fields, texts };
}

const cases = [...templates.values()].flatMap((template) =>
  (['javascript', 'typescript'] as const).flatMap((language) =>
    [{}, ...(odd[template.name] ?? [])].map((parameters) => [template.name, language, parameters] as const),
  ),
);

describe('templates', () => {
  it('are the seven there are to be', () => {
    expect([...templates.keys()]).toEqual([
      ...['data_transform', 'file_processor', 'http_api_call', 'scheduled_job', 'testing_utility', 'validation'],
      'webhook_handler',
    ]);
  });

  it.each(cases)(
    '%s in %s with %j makes a task that loads and whose tests pass',
    async (name, language, parameters) => {
      const template = templates.get(name) as Template;
      expect(validator.validate(template.parameters, parameters)).toEqual([]);
      for (const taskName of ['A task', hostile.join(' ')]) {
        const { fields, texts } = generated(template, language, parameters, taskName);
        expect(fields.problems).toEqual([]);
        expect(fields).toMatchObject({ name: taskName, sourceType: language, inputSchema: expect.anything() });
        const code = { key: crypto.randomUUID(), files: texts, entry: fields.entry, sourceType: fields.sourceType };
        expect(await sandbox.check(code)).toBeNull();
        expect(lintTask({ ...fields, files: texts, granted: null })).toEqual([]);
        expect([...validator.check(fields.inputSchema), ...validator.check(fields.outputSchema)]).toEqual([]);
        if (taskName !== 'A task') continue;
        const report = await runTaskTests({
          sandbox,
          validator,
          code,
          inputSchema: fields.inputSchema,
          outputSchema: fields.outputSchema,
          testFiles: testFilesOf(texts, fields.metadata),
          parallel: 2,
          limits: { ...{ timeoutMs: 20_000, cpuMs: 20_000, memoryMb: 64, outputBytes: 1e6 }, ...logs },
          affinity: 'templates',
          context: { taskId: null, taskVersion: '1.0.0' },
        });
        expect(report.results.filter(({ status }) => status !== 'passed')).toEqual([]);
        expect(report.passed).toBeGreaterThan(1);
      }
    },
  );

  it.each([...templates.keys()])('%s refuses parameters that do not fit', async (name) => {
    const desk = templateDesk({
      templates,
      validate: (schema, value) => validator.validate(schema, value),
      editor: { create: () => Promise.reject(new Error('Nothing is to be stored.')) },
      now: () => new Date(),
    });
    const request = { name, taskName: 'x', sourceType: 'javascript' as const, create: true };
    for (const parameters of [{ unknown: 1 }, { [Object.keys(firstOf(name))[0] ?? '']: { an: 'object' } }])
      await expect(desk.generate({ ...request, parameters }, actor)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('parameters.'),
      });
  });
});

const actor = { kind: 'user', id: 'una', name: 'Una' } as const;
const logs = { logLines: 100, logLineBytes: 1000, requests: 20, responseBytes: 1e6 };
const firstOf = (name: string) => templates.get(name)?.parameters.properties ?? {};
