import { describe, expect, it } from 'vitest';
import { type ProposedTask, pullRequestText } from '../src/forges/pull-request-text.ts';

const task = (name: string, change: ProposedTask['change'] = 'modified'): ProposedTask => ({
  name,
  path: `tasks/${name}`,
  change,
});
const text = (tasks: ProposedTask[], template: string | null = null) =>
  pullRequestText({ template, branch: 'ratchet/main/1', base: 'main', tasks });

describe('pullRequestText', () => {
  it.each([
    [[task('Sum')], 'Update Sum'],
    [[task('Sum', 'added')], 'Add Sum'],
    [[task('Two\nlines', 'deleted')], 'Remove Two lines'],
    [[task('a'), task('b')], 'Update 2 tasks'],
  ])('titles %j', (tasks, title) => {
    expect(text(tasks).title).toBe(title);
  });
  it('fills a template, and leaves what it does not know', () => {
    const template = '{{task_count}} for {{ base }} on {{branch}}: {{reviewer}} {{constructor}}\n{{task_list}}';
    expect(text([task('Sum')], template).body).toBe(
      '1 for main on ratchet/main/1: {{reviewer}} {{constructor}}\n- Update **Sum** (`tasks/Sum`)',
    );
  });
  it('shows names as they are, never as markup', () => {
    const { body } = text([{ name: '[x](http://evil) <b>@all</b>', path: 'a`b', change: 'added' }], '{{task_list}}');
    expect(body).toBe('- Add **\\[x\\]\\(http://evil\\) \\<b\\>\\@all\\</b\\>** (`` a`b ``)');
  });
  it('does not fill a name’s own braces', () => {
    expect(text([task('{{base}}')], '{{task_list}}').body).toBe('- Update **\\{\\{base\\}\\}** (`tasks/{{base}}`)');
  });
  it('stays within what forges take, and counts the rest', () => {
    const tasks = Array.from({ length: 5000 }, (_, i) => task(`task number ${i}`));
    const { body } = text(tasks);
    expect(body.length).toBeLessThanOrEqual(60_000);
    const shown = body.match(/^- Update/gm)?.length ?? 0;
    expect(body).toContain(`- and ${5000 - shown} more`);
    expect(body).toContain('until it is merged or closed');
  });
});
