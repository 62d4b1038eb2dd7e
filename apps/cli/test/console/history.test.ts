import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { search } from '../../src/console/editor/history-search.ts';
import { splitKeys } from '../../src/console/editor/split-keys.ts';
import { historyPath, openHistory } from '../../src/console/history.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'state', 'ratchet', 'console-history');

it('keeps lines for their owner alone, and no secret', () => {
  const history = openHistory(path);
  for (const line of ['task list', 'task list', '', '  ', ' not this', 'connect x --token abc', 'echo "a\nb"'])
    history.add(line);
  expect(history.lines()).toEqual(['task list', ' not this', 'connect x --token abc', 'echo "a b"']);
  expect(readFileSync(path, 'utf8')).toBe('task list\necho "a b"\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(openHistory(path).lines()).toEqual(['task list', 'echo "a b"']);
});
it('takes what two consoles add', () => {
  const [one, two] = [openHistory(path), openHistory(path)];
  one.add('one');
  two.add('two');
  expect(openHistory(path).lines().slice(-2)).toEqual(['one', 'two']);
});
it('is cut to the newest lines', () => {
  writeFileSync(path, Array.from({ length: 5000 }, (_, n) => `line ${n}\n`).join(''), { mode: 0o644 });
  expect(openHistory(path).lines()).toHaveLength(2000);
  expect(readFileSync(path, 'utf8').split('\n').at(-2)).toBe('line 4999');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
it('is forgotten when that is asked for', () => {
  openHistory(path).clear();
  expect(openHistory(path).lines()).toEqual([]);
});
it('remembers where nothing can be written', () => {
  writeFileSync(path, 'before\n');
  const history = openHistory(join(path, 'below', 'a file'));
  history.add('a');
  expect(history.lines()).toEqual(['a']);
});
it.each([
  [{ XDG_STATE_HOME: '/s' }, '/s/ratchet/console-history'],
  [{ HOME: '/h' }, '/h/.local/state/ratchet/console-history'],
])('lies in the folder for state: %j', (env, wanted) => {
  expect(historyPath(env)).toBe(wanted);
});

it('finds the newest line, then older ones; capitals count where they are typed', () => {
  const lines = ['run A', 'task list', 'run b', 'echo'];
  expect(search(lines, 'run').found).toEqual({ at: 2, line: 'run b' });
  expect(search(lines, 'run', 1).found).toEqual({ at: 0, line: 'run A' });
  expect(search(lines, 'run', -1).found).toBeNull();
  expect(search(lines, 'run a').found?.at).toBe(0);
  expect(search(lines, 'run B').found).toBeNull();
  expect(search(lines, '').found).toBeNull();
});

it.each([
  [
    'ab\r',
    [
      ['text', 'ab'],
      ['sequence', '\r'],
    ],
    '',
  ],
  [
    '\u001b[A\u001b[1;5C\u001bOP\u001bb',
    [
      ['sequence', '\u001b[A'],
      ['sequence', '\u001b[1;5C'],
      ['sequence', '\u001bOP'],
      ['sequence', '\u001bb'],
    ],
    '',
  ],
  [
    'a\u001b[200~x\r\ny\u001b[201~b',
    [
      ['text', 'a'],
      ['paste', 'x\ny'],
      ['text', 'b'],
    ],
    '',
  ],
  ['a\u001b[200~x\r', [['text', 'a']], '\u001b[200~x\r'],
  ['é🙂\u001b', [['text', 'é🙂']], '\u001b'],
  ['\u001b[20', [], '\u001b[20'],
])('%j is taken apart into keys', (bytes, keys, rest) => {
  const found = splitKeys(bytes);
  expect(found.keys.map(({ kind, text }) => [kind, text])).toEqual(keys);
  expect(found.rest).toBe(rest);
});
