import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyCommand } from '../src/command-tree.ts';
import { complete } from '../src/completion/complete.ts';
import { program } from '../src/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-complete-'));
  mkdirSync(join(folder, 'tasks', 'twice'), { recursive: true });
  writeFileSync(join(folder, 'tasks', 'one.js'), '');
  writeFileSync(join(folder, 'input.json'), '');
  writeFileSync(join(folder, '.hidden'), '');
  symlinkSync('tasks', join(folder, 'to-tasks'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = program(process);
const known: Record<string, string[]> = { task: ['CSV to JSON', 'csv-lint', 'twice'], repository: ['ops'] };
const asked = async (words: string[], cursor = words.length - 1) =>
  (
    await complete(words, cursor, {
      root,
      folder,
      home: folder,
      names: async (kind) => (known[kind] ?? []).map((value) => ({ value, kind: 'name' as const })),
    })
  ).map(({ value }) => value);

describe('completion', () => {
  it.each<[string[], string[]]>([
    [['ta'], ['task']],
    [['task', 'sou'], ['source']],
    [['--json', 'task', 'lis'], ['list']],
    [['--server', 'task', 'repo', 'lis'], ['list']],
    [
      ['task', 'list', '--se'],
      ['--search', '--server'],
    ],
    [['task', 'list', '--search', 'x', '--se'], ['--server']],
    [['task', 'list', '--search', 'l'], []],
    [
      ['task', 'show', 'cs'],
      ['CSV to JSON', 'csv-lint'],
    ],
    [
      ['task', 'show', 'CSV'],
      ['CSV to JSON', 'csv-lint'],
    ],
    [['task', 'show', 'twice', 'x'], []],
    [
      ['job', 'create', 'twice', '--priority', ''],
      ['low', 'normal', 'high', 'urgent'],
    ],
    [['job', 'create', 'twice', '--priority=h'], ['--priority=high']],
    [
      ['job', 'clear', '--status', 'failed', 'c'],
      ['completed', 'cancelled'],
    ],
    [['job', 'clear', '--status', 'failed', '--ta'], ['--task']],
    [['job', 'pause', '--task', 't'], ['twice']],
    [['output', 'create', 'hook', 'web'], ['webhook']],
    [['task', 'import', 'in'], ['input.json']],
    [['task', 'import', './ta'], ['./tasks/']],
    [['task', 'import', '~/ta'], ['~/tasks/']],
    [
      ['task', 'import', 'to-tasks/'],
      ['to-tasks/one.js', 'to-tasks/twice/'],
    ],
    [['task', 'import', '.'], ['.hidden']],
    [
      ['task', 'export', '--into', 't'],
      ['tasks/', 'to-tasks/'],
    ],
    [['run', 'tw'], ['twice']],
    [['run', 'ta'], ['tasks/']],
    [['run', '--', '--'], []],
    [['nothing', 'of', 'this'], []],
    [['diff', 'a', '--help', '--fr'], ['--from']],
  ])('of %j', async (words, candidates) => {
    expect(await asked(words)).toEqual(candidates);
  });

  it('offers every command there is and every option of each', async () => {
    for (const command of everyCommand(root)) {
      const path: string[] = [];
      for (let at = command; at.parent; at = at.parent) path.unshift(at.name());
      if (path[0]?.startsWith('__')) continue;
      const below = command.commands.map((each) => each.name()).filter((name) => !name.startsWith('__'));
      expect(await asked([...path, ''])).toEqual(expect.arrayContaining(below));
      expect(await asked([...path, '--'])).toEqual(
        expect.arrayContaining(command.options.map((option) => option.long ?? '')),
      );
    }
  });

  it('only goes on with what stands there, whatever that is', async () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(
          'task',
          'list',
          'job',
          'create',
          '--priority',
          '--status',
          '--',
          '-',
          '--json',
          '--task=',
          'run',
        ),
        fc.string(),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(words, fc.nat(8), async (line, cursor) => {
        const word = (line[cursor] ?? '').toLowerCase();
        for (const value of await asked(line, cursor)) expect(value.toLowerCase().startsWith(word)).toBe(true);
      }),
    );
  });
});
