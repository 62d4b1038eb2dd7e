import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../src/outputs/message.ts';
import { outputMembers, render, templateFault } from '../src/outputs/template.ts';
import { type TemplateUse, variablesOf } from '../src/outputs/template-values.ts';

const message = (output: unknown): Message => ({
  deliveryId: 'd1',
  attempt: 1,
  task: { id: 't1', name: 'HTTP check', version: '1.2.0' },
  execution: {
    id: 'e1',
    status: 'completed',
    attempt: 1,
    startedAt: null,
    finishedAt: '2026-11-21T07:08:09.123Z',
    durationMs: 5,
  },
  job: { id: null },
  output,
  error: null,
});
const output = { x: { y: 'why', n: 0 }, list: [{ name: 'a' }, { name: '<b>' }], evil: '../../etc/passwd', none: null };
const filled = (text: string, use: TemplateUse = 'text', secrets: Record<string, string> = {}) =>
  render(text, use, variablesOf(message(output), secrets));

describe('templates', () => {
  it.each<[string, TemplateUse, string]>([
    ['no template', 'path', 'no template'],
    ['{{task.name}} {{task.id}} {{task.version}}', 'text', 'HTTP check t1 1.2.0'],
    ['{{execution.id}} {{execution.status}} {{job.id}}.', 'text', 'e1 completed .'],
    ['{{date}} {{time}} {{timestamp}}', 'text', '2026-11-21 07:08:09 2026-11-21T07:08:09.123Z'],
    ['{{delivery.id}}', 'text', 'd1'],
    ['{{output.x.y}} {{output.x.n}} {{output.none}}.', 'text', 'why 0 .'],
    ['{{output.list.[0].name}} {{output.list.1.name}}', 'text', 'a <b>'],
    ['{{output.x}}', 'text', '{"y":"why","n":0}'],
    ['{{json output.x.y}}', 'text', '"why"'],
    ['{{! a remark }}a', 'text', 'a'],
    ['{{#if output.x.y}}yes{{else}}no{{/if}}{{#if output.nothing}}yes{{else}}no{{/if}}', 'text', 'yesno'],
    ['{{#each output.list}}{{@index}}={{name}} {{@root.task.id}};{{/each}}', 'text', '0=a t1;1=<b> t1;'],
    ['{{#each output.list}}{{name}},{{/each}}', 'html', 'a,&lt;b&gt;,'],
    ['{{{output.list.1.name}}}', 'html', '&lt;b&gt;'],
    ['{{#with output.x}}{{y}}{{/with}}', 'text', 'why'],
    ['{{task.name}}/{{date}}/{{time}}.json', 'path', 'HTTP check/2026-11-21/07-08-09.json'],
    ['{{output.evil}}/x', 'path', '___.._etc_passwd/x'],
    ['{{output.none}}/x', 'path', '_/x'],
    ['https://a/{{output.evil}}?q={{task.name}}', 'url', 'https://a/..%2F..%2Fetc%2Fpasswd?q=HTTP%20check'],
  ])('%s as %s', (text, use, wanted) => {
    expect(templateFault(text, use)).toBeNull();
    expect(filled(text, use)).toBe(wanted);
  });
  it.each<[string, TemplateUse, RegExp]>([
    ['{{nope}}', 'path', /\{\{nope\}\} is not known; there are .*\{\{task\.name\}\}/],
    ['{{task}}', 'path', /is not known; there are \{\{task\.id\}\}/],
    ['{{task.nope}}', 'path', /task\.nope/],
    ['{{task.name.length}}', 'path', /is not known/],
    ['{{date.x}}', 'path', /there is \{\{date\}\}/],
    ['{{secret.token}}', 'url', /is not known/],
    ['{{upper task.name}}', 'text', /no helper upper/],
    ['{{lookup output "x"}}', 'text', /no helper lookup/],
    ['{{log "x"}}', 'text', /no helper log/],
    ['{{> partial}}', 'text', /partial/],
    ['{{#> layout}}x{{/layout}}', 'text', /partial/],
    ['{{* decorator}}', 'text', /decorator/],
    ['{{#if output.x}}a{{/if}}', 'path', /in the body of a mail only/],
    ['{{#each output.list}}{{../task.name}}{{/each}}', 'text', /begin with @root/],
    ['{{output.constructor}}', 'text', /constructor is not possible/],
    ['{{output.__proto__.x}}', 'text', /__proto__ is not possible/],
    ['{{#with output.x}}{{constructor.constructor}}{{/with}}', 'text', /constructor/],
    ['{{this}}', 'text', /is not known/],
    ['{{@root}}', 'text', /is not known/],
    ['{{#each this}}{{this}}{{/each}}', 'text', /is not known/],
    ['{{#each (lookup output "x")}}{{this}}{{/each}}', 'text', /is not a variable/],
    ['{{@index}}', 'text', /not known here/],
    ['{{task.name', 'path', /is not a template/],
    ['{{#if output.x}}', 'text', /is not a template/],
    ['{{"literal"}}', 'text', /not a variable/],
  ])('refuses %s in a %s', (text, use, why) => {
    expect(templateFault(text, use)).toMatch(why);
  });
  it('knows secrets by name', () => {
    expect(templateFault('https://a/{{secret.key}}', 'url', ['key'])).toBeNull();
    expect(templateFault('https://a/{{secret.other}}', 'url', ['key'])).toMatch(/secret\.key/);
    expect(filled('https://a/{{secret.key}}', 'url', { key: 's/1' })).toBe('https://a/s%2F1');
  });
  it('says what an execution does not have', () => {
    for (const text of ['{{output.absent}}', '{{output.x.y.z}}', '{{output.absent.deep}}', '{{output.none.deep}}'])
      expect(() => filled(text)).toThrow(/has no value in this execution|does not have all/);
  });
  it('names the members of the output that it needs', () => {
    expect(outputMembers('{{output.a.b}}{{#each output.c}}{{d}}{{/each}}{{#if output.e}}{{/if}}', 'text')).toEqual([
      { path: ['a', 'b'], as: 'value' },
      { path: ['c'], as: 'list' },
      { path: ['e'], as: 'object' },
    ]);
  });
  it('lets no value leave its place', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', ':', '~', '\n', '\u202e') }),
      fc.constantFrom('..', '.', '', '../x', '..\\x', '/etc', 'x\r\nSet-Cookie: a', 'a@b.c, d@e.f', '\ud800'),
    );
    const used = (value: string, template: string, use: TemplateUse) =>
      render(template, use, variablesOf(message({ v: value })));
    fc.assert(
      fc.property(text, (value) => {
        const path = used(value, 'a/{{output.v}}/{{output.v}}{{output.v}}.txt', 'path').split('/');
        expect(path).toHaveLength(3);
        for (const part of path) {
          expect(part).not.toMatch(/^\.{0,2}$/);
          expect(part).not.toMatch(/[\\\p{Cc}]/u);
        }
        const url = new URL(used(value, 'https://host/a/{{output.v}}/b?q={{output.v}}', 'url'));
        expect([url.host, url.hash, url.pathname.split('/').length]).toEqual(['host', '', 4]);
        expect(used(value, 'x {{output.v}}', 'header')).toMatch(/^[\u0020-\u007e]*$/);
        expect(used(value, '{{output.v}}', 'line')).not.toMatch(/\p{Cc}/u);
        expect(used(value, '{{output.v}}', 'address')).not.toMatch(/[\s,;<>"]/);
        expect(used(value, '{{output.v}}', 'html')).not.toMatch(/[<>"']/);
      }),
      { numRuns: 300 },
    );
  });
});
