import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath, findTwins, foldersOf, twinKey } from '../src/paths.ts';

describe('checkPath', () => {
  it.each([
    ['a plain file', 'main.js'],
    ['a file in folders', 'a/b/c.json'],
    ['a name with spaces, quotes and a newline', 'a "b"\n\'c\'.txt'],
    ['a backslash in a name', 'a\\b.txt'],
    ['names that begin like .git', '.gitignore'],
    ['a folder that begins like .git', '.github/workflows/x.yml'],
    ['a name that ends in .git', 'x.git/file'],
    ['three dots', '.../x'],
    ['letters beyond ASCII', 'größe/日本語.md'],
    ['a short name that is another', 'git~2'],
    ['255 bytes in one name', 'a'.repeat(255)],
  ])('takes %s', (_, path) => {
    expect(checkPath(path)).toBeNull();
  });

  it.each([
    ['nothing', '', 'empty'],
    ['an absolute path', '/etc/passwd', 'absolute'],
    ['a parent', '../x', '".."'],
    ['a parent in the middle', 'a/../../x', '".."'],
    ['a dot', 'a/./b', '"."'],
    ['an empty part', 'a//b', 'empty'],
    ['a folder', 'a/', 'empty'],
    ['a NUL', 'a\0b', 'NUL'],
    ['a lone surrogate', 'a\ud800', 'Unicode'],
    ['.git', '.git/config', '.git'],
    ['.git in capitals', 'a/.GIT/hooks/pre-commit', '.git'],
    ['.git with a trailing space', '.git /config', '.git'],
    ['.git with trailing dots', '.git.../config', '.git'],
    ['.git as an NTFS stream', '.git::$INDEX_ALLOCATION/config', '.git'],
    ['the short name of .git', 'GIT~1/config', '.git'],
    ['.git with what HFS ignores', '.g\u200cit/config', '.git'],
    ['.git that begins with what HFS ignores', '\ufeff.git/config', '.git'],
    ['a parent behind a backslash', '..\\..\\x', '".."'],
    ['.git behind a backslash', 'a\\.git\\config', '.git'],
    ['a name of 256 bytes', 'ä'.repeat(128), 'longer than 255'],
    ['a very long path', 'aaaa/'.repeat(1000).slice(0, -1), 'longer than 4096'],
  ])('refuses %s', (_, path, why) => {
    expect(checkPath(path)).toContain(why);
  });

  it('never lets a path out of its root', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', '.git', 'a', 'B'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const path = parts.join('/');
        if (checkPath(path) !== null) return;
        expect(new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///root/').pathname).toMatch(
          /^\/root\/./,
        );
        expect(path.split('/').some((name) => name.toLowerCase() === '.git')).toBe(false);
      }),
    );
  });
});

describe('findTwins', () => {
  it.each([
    ['none', ['a', 'b', 'A/x', 'a1'], ['a', 'A/x']],
    ['names that differ in case', ['README.md', 'readme.md', 'x'], ['README.md', 'readme.md']],
    ['three of them', ['a', 'A', 'b', 'á', 'Á', 'a\u0301'], ['a', 'A', 'á', 'Á', 'a\u0301']],
    ['composed and decomposed', ['caf\u00e9', 'cafe\u0301'], ['caf\u00e9', 'cafe\u0301']],
    ['a file and a folder', ['Lib', 'lib/x', 'lib/y/z', 'other'], ['Lib', 'lib/x', 'lib/y/z']],
    ['folders that differ in case only', ['A/x', 'a/y'], []],
  ])('finds %s', (_, paths, twins) => {
    expect([...findTwins(paths).keys()].sort()).toEqual([...twins].sort());
  });

  it('finds exactly the paths whose key another shares or stands in', () => {
    const name = fc.constantFrom('a', 'A', 'b', 'B', 'é', 'e\u0301');
    const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')));
    fc.assert(
      fc.property(paths, (all) => {
        const clash = (a: string, b: string) =>
          twinKey(a) === twinKey(b) ||
          [...foldersOf(twinKey(a))].includes(twinKey(b)) ||
          [...foldersOf(twinKey(b))].includes(twinKey(a));
        const expected = all.filter((a) => all.some((b) => a !== b && clash(a, b)));
        expect(new Set(findTwins(all).keys())).toEqual(new Set(expected));
      }),
    );
  });
});
