import { describe, expect, it } from 'vitest';
import { applyChoices, mergeFile } from '../src/merge/merge-file.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const input = (path: string, base: string | null, local: string, remote: string) => ({
  path,
  base: base === null ? null : bytes(base),
  local: bytes(local),
  remote: bytes(remote),
});
const merged = async (path: string, base: string, local: string, remote: string) => {
  const outcome = await mergeFile(input(path, base, local, remote));
  return { clean: outcome.clean, text: Buffer.from(outcome.bytes).toString('utf8') };
};

describe('clean merges keep the remote’s bytes but for local’s change', () => {
  it.each([
    [
      'four spaces',
      '{\n    "a": 1,\n    "b": 1\n}\n',
      '{\n    "a": 2,\n    "b": 1\n}\n',
      '{\n    "a": 1,\n    "b": 2\n}\n',
      '{\n    "a": 2,\n    "b": 2\n}\n',
    ],
    [
      'tabs',
      '{\n\t"a": 1,\n\t"b": 1\n}\n',
      '{\n\t"a": 2,\n\t"b": 1\n}\n',
      '{\n\t"a": 1,\n\t"b": 2\n}\n',
      '{\n\t"a": 2,\n\t"b": 2\n}\n',
    ],
    ['one line', '{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"a": 1, "b": 2}', '{"a": 2, "b": 2}'],
    [
      'CRLF',
      '{\r\n  "a": 1,\r\n  "b": 1\r\n}\r\n',
      '{\r\n  "a": 2,\r\n  "b": 1\r\n}\r\n',
      '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n',
      '{\r\n  "a": 2,\r\n  "b": 2\r\n}\r\n',
    ],
    [
      'BOM and no final newline',
      '\uFEFF{"a": 1, "b": 1}',
      '\uFEFF{"a": 2, "b": 1}',
      '\uFEFF{"a": 1, "b": 2}',
      '\uFEFF{"a": 2, "b": 2}',
    ],
    [
      'spellings of numbers',
      '{"n": 1.0, "big": 12345678901234567890, "a": 1, "b": 1}',
      '{"n": 1.0, "big": 12345678901234567890, "a": 2, "b": 1}',
      '{"n": 1.0, "big": 12345678901234567890, "a": 1, "b": 2}',
      '{"n": 1.0, "big": 12345678901234567890, "a": 2, "b": 2}',
    ],
    [
      'a member added on each side',
      '{\n  "a": 1\n}\n',
      '{\n  "a": 1,\n  "l": true\n}\n',
      '{\n  "r": 1,\n  "a": 1\n}\n',
      '{\n  "r": 1,\n  "a": 1,\n  "l": true\n}\n',
    ],
    [
      'a member removed',
      '{\n  "a": 1,\n  "b": 1,\n  "c": 1\n}\n',
      '{\n  "a": 1,\n  "c": 1\n}\n',
      '{\n  "a": 1,\n  "b": 1,\n  "c": 2\n}\n',
      '{\n  "a": 1,\n  "c": 2\n}\n',
    ],
  ])('JSON: %s', async (_, base, local, remote, expected) => {
    expect(await merged('metadata.json', base, local, remote)).toEqual({ clean: true, text: expected });
  });
  it('YAML keeps comments', async () => {
    const text = (a: number, b: number) =>
      `# what it is\nversion: ${a} # of the task\nauthor: x\n# last\nlimit: ${b}\n`;
    expect(await merged('task.yaml', text(1, 1), text(2, 1), text(1, 2))).toEqual({ clean: true, text: text(2, 2) });
  });
  it.each([
    ['different lines', 'a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n', 'A\nb\nc\nD\n'],
    ['CRLF against LF', 'a\r\nb\r\nc\r\nd\r\n', 'A\r\nb\r\nc\r\nd\r\n', 'a\nb\nc\nD\n', 'A\nb\nc\nD\n'],
    ['no final newline', 'a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD', 'A\nb\nc\nD'],
    [
      'lines that look like markers',
      '<<<<<<< x\nb\nc\n>>>>>>> y\n',
      '<<<<<<< x\nB\nc\n>>>>>>> y\n',
      '<<<<<<< x\nb\nc\n>>>>>>> y\nz\n',
      '<<<<<<< x\nB\nc\n>>>>>>> y\nz\n',
    ],
  ])('text: %s', async (_, base, local, remote, expected) => {
    expect(await merged('main.js', base, local, remote)).toEqual({ clean: true, text: expected });
  });
  it('five thousand repetitive lines', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? '}' : 'x();'));
    const text = (changes: Record<number, string>) => `${lines.map((line, i) => changes[i] ?? line).join('\n')}\n`;
    expect((await merged('main.js', text({}), text({ 10: 'l' }), text({ 4990: 'r' }))).text).toBe(
      text({ 10: 'l', 4990: 'r' }),
    );
  });
});

describe('what stays open', () => {
  it('shows both texts, and takes what is chosen', async () => {
    const conflict = input('main.js', 'a\nb\nc\n', 'a\nL\nc\n', 'a\nR\nc\n');
    const outcome = await mergeFile(conflict);
    if (outcome.clean) throw new Error('It is not clean.');
    expect(outcome.hunks).toEqual([{ id: 'h1', kind: 'lines', line: 2, base: 'b\n', local: 'L\n', remote: 'R\n' }]);
    expect(Buffer.from(outcome.fallback).toString()).toBe('a\nR\nc\n');
    const chosen = async (choice: 'local' | 'remote' | 'both') => {
      const result = await applyChoices(conflict, { h1: choice });
      return 'bytes' in result ? Buffer.from(result.bytes).toString() : result;
    };
    expect(await chosen('local')).toBe('a\nL\nc\n');
    expect(await chosen('remote')).toBe('a\nR\nc\n');
    expect(await chosen('both')).toBe('a\nL\nR\nc\n');
    expect(await applyChoices(conflict, {})).toEqual({ missing: ['h1'] });
  });
  it('is one value of a JSON file', async () => {
    const conflict = input('metadata.json', '{"a": 1, "b": 1}', '{"a": 2, "b": 2}', '{"a": 3, "b": 1}');
    const outcome = await mergeFile(conflict);
    if (outcome.clean) throw new Error('It is not clean.');
    expect(outcome.hunks).toEqual([{ id: '/a', kind: 'value', pointer: '/a', base: 1, local: 2, remote: 3 }]);
    expect(Buffer.from(outcome.fallback).toString()).toBe('{"a": 3, "b": 2}');
    const result = await applyChoices(conflict, { '/a': 'local' });
    expect('bytes' in result && Buffer.from(result.bytes).toString()).toBe('{"a": 2, "b": 2}');
  });
  it('is the whole of what is no text', async () => {
    const conflict = {
      path: 'logo.png',
      base: new Uint8Array([0, 1]),
      local: new Uint8Array([0, 2]),
      remote: new Uint8Array([0, 3]),
    };
    const outcome = await mergeFile(conflict);
    expect(outcome.clean).toBe(false);
    expect(await applyChoices(conflict, { file: 'remote' })).toEqual({ bytes: conflict.remote });
  });
  it('is every difference where there is no base', async () => {
    const outcome = await mergeFile(input('main.js', null, 'a\nL\n', 'a\nR\n'));
    expect(outcome.clean).toBe(false);
  });
});
