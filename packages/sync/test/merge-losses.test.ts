import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyChoices, mergeFile } from '../src/merge/merge-file.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const input = (path: string, base: string, local: string, remote: string) => ({
  path,
  base: bytes(base),
  local: bytes(local),
  remote: bytes(remote),
});
const merged = async (...sides: Parameters<typeof input>) => {
  const outcome = await mergeFile(input(...sides));
  return { clean: outcome.clean, text: Buffer.from(outcome.bytes).toString('utf8') };
};

describe('what a merge must not lose', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('everything, when git is killed before it has written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ratchet-killed-'));
    try {
      await writeFile(join(folder, 'git'), '#!/bin/sh\nkill -9 $$\n');
      await chmod(join(folder, 'git'), 0o755);
      vi.stubEnv('PATH', folder);
      await expect(mergeFile(input('a.txt', 'a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n'))).rejects.toThrow('did not finish');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['minified', '{"a":1,"b":[1]}\n', '{"a":2,"b":[1]}\n', '{"a":1,"b":[1],"c":{}}\n', '{"a":2,"b":[1],"c":{}}\n'],
    ['spaced', '{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"a": 1, "b": 2}', '{"a": 2, "b": 2}'],
    ['spaced within', '{ "a": 1 }', '{ "a": 1, "l": 1 }', '{ "a": 1, "r": "x" }', '{ "a": 1, "r": "x", "l": 1 }'],
  ])('the one line that a JSON file is: %s', async (_, base, local, remote, expected) => {
    expect(await merged('a.json', base, local, remote)).toEqual({ clean: true, text: expected });
  });

  it('a number that differs only beyond a double', async () => {
    const text = (n: string, m: number, z: number) => `{\n  "n": ${n},\n  "m": ${m},\n  "z": ${z}\n}\n`;
    const { text: result } = await merged(
      'a.json',
      text('12345678901234567890', 1, 1),
      text('12345678901234567891', 2, 1),
      text('12345678901234567890', 1, 5),
    );
    expect(result).toContain('12345678901234567891');
  });

  it("the spelling of upstream's numbers when an element goes", async () => {
    const line = (id: number, v: string, more = '') => `    { "id": ${id}, "v": ${v}${more} }`;
    const text = (...lines: string[]) => `{\n  "t": [\n${lines.join(',\n')}\n  ]\n}\n`;
    const { text: result } = await merged(
      'a.json',
      text(line(1, '1.0'), line(2, '1e3'), line(3, '3')),
      text(line(1, '1.0'), line(2, '1e3')),
      text(line(1, '1.0', ', "w": 1'), line(2, '1e3'), line(3, '3')),
    );
    expect(result).toContain('1.0');
    expect(result).toContain('1e3');
  });

  it('a comment in YAML', async () => {
    const far = 'c: 1\nd: 1\ne: 1\n';
    expect(
      await merged('a.yaml', `a: 1\n${far}b: 2\n`, `a: 5 # slow host\n${far}b: 2\n`, `a: 1\n${far}b: 7\n`),
    ).toEqual({
      clean: true,
      text: `a: 5 # slow host\n${far}b: 7\n`,
    });
  });

  it('the line ends of lines that nobody touched', async () => {
    const result = await merged('a.txt', 'a\nb\nc\nd\ne\nf\n', 'A\nb\nc\nd\ne\nf\n', 'a\nb\nc\nd\r\ne\r\nF\n');
    expect(result).toEqual({ clean: true, text: 'A\nb\nc\nd\r\ne\r\nF\n' });
  });

  it('one of two sides, where `both` of a value is asked for', async () => {
    const sides = input('a.json', '{"a":1}', '{"a":2}', '{"a":3}');
    expect(await applyChoices(sides, { '/a': 'both' })).toEqual({ missing: ['/a'] });
  });

  it('a file nested too deep to walk', async () => {
    const text = (v: number, w: number) => `{"v":${v},\n"d":${'['.repeat(100_000)}${']'.repeat(100_000)},\n"w":${w}}\n`;
    expect((await merged('a.json', text(1, 1), text(2, 1), text(1, 3))).text).toContain('"v":2');
  });
});

it('markers in a text that mixes line ends are not taken for its lines', async () => {
  const text = (line: string) => `first\r\n${line}\r\nlast\n`;
  const { clean, text: result } = await merged('a.txt', text('base'), text('ours'), text('theirs'));
  const outcome = await mergeFile(input('a.txt', text('base'), text('ours'), text('theirs')));
  expect([clean, result.includes('<<<<<<<')]).toEqual([false, true]);
  if (outcome.clean) throw new Error('It is a conflict.');
  expect(outcome.hunks).toMatchObject([{ local: 'ours\r\n', base: 'base\r\n', remote: 'theirs\r\n' }]);
  expect(Buffer.from(outcome.fallback).toString('utf8')).toBe(text('theirs'));
});
