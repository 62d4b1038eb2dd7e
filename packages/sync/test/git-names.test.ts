import { describe, expect, it } from 'vitest';
import { listAll, readAll, request, setUp, write } from './git-fixture.ts';

describe('names', () => {
  it('round-trips every name that is fit', async () => {
    const { repository, open } = await setUp();
    const names = [
      'a b',
      'new\nline',
      'tab\there',
      '"quoted"',
      "it's",
      'back\\slash',
      '-dash',
      '日本語/größe.md',
      '\u0001',
      ':(glob)*',
      'a*?[b]',
      '\ufffd',
    ];
    const parent = await repository.commit(names.map((name) => [name, name] as const));
    const remote = open();
    const { files, problems } = await remote.list();
    expect(problems).toEqual([]);
    expect(await readAll(remote, files)).toEqual(Object.fromEntries(names.map((name) => [name, name])));
    const changes = names.map((name) => write(name, name, `${name}!`));
    const prepared = await remote.prepare(request(parent, ...changes, write('new "\\\n', null, '1')));
    expect(await remote.publish(prepared ?? { token: '', head: null })).toMatchObject({ status: 'published' });
    expect(Object.keys(await listAll(remote)).sort()).toEqual([...names, 'new "\\\n'].sort());
    expect((await repository.files()).get('new\nline')?.bytes.toString()).toBe('new\nline!');
  });

  it('sets aside what may not be synced, and says why', async () => {
    const { repository, open } = await setUp();
    await repository.commit([
      ['fine', '1'],
      ['.git/config', 'x'],
      ['sub/.GIT /hooks/x', 'x'],
      ['GIT~1', 'x'],
      ['.g\u200cit', 'x'],
      ['a\\..\\b', 'x'],
      ['x'.repeat(300), 'x'],
      [Buffer.from('dir/\xff\xfe', 'latin1'), 'x'],
      [Buffer.from('dir/\xff\xfd', 'latin1'), 'x'],
      ['dir/fine', '2'],
    ]);
    const { files, problems } = await open().list();
    expect(files.map((f) => f.path)).toEqual(['dir/fine', 'fine']);
    expect(problems).toHaveLength(8);
    expect(problems.every((p) => p.code === 'path_refused' && p.severity === 'warning')).toBe(true);
    expect(problems.filter((p) => p.path === 'dir/\ufffd\ufffd').map((p) => p.message)).toEqual([
      'It is left alone: its name is not valid UTF-8.',
      'It is left alone: its name is not valid UTF-8.',
    ]);
  });

  it('takes neither of two names that some systems cannot tell apart', async () => {
    const { repository, open } = await setUp();
    await repository.commit({
      'README.md': '1',
      'readme.md': '2',
      'caf\u00e9': '3',
      'cafe\u0301': '4',
      Lib: '5',
      'lib/x': '6',
      ok: '7',
    });
    const { files, problems } = await open().list();
    expect(files.map((f) => f.path)).toEqual(['ok']);
    expect(new Set(problems.map((p) => p.path))).toEqual(
      new Set(['README.md', 'readme.md', 'caf\u00e9', 'cafe\u0301', 'Lib', 'lib/x']),
    );
    expect(problems.every((p) => p.code === 'unreadable')).toBe(true);
  });

  it('leaves names that are not UTF-8 where they are when others change', async () => {
    const { repository, open } = await setUp();
    const odd = Buffer.from('dir/\xff', 'latin1');
    const parent = await repository.commit([
      ['dir/a', '1'],
      [odd, 'x'],
    ]);
    const remote = open();
    const prepared = await remote.prepare(request(parent, write('dir/a', '1', null)));
    await remote.publish(prepared ?? { token: '', head: null });
    expect((await repository.files()).size).toBe(1);
    const over = await remote.prepare(request(await repository.head(), write('dir', null, 'x')));
    expect(await remote.publish(over ?? { token: '', head: null })).toMatchObject({ status: 'rejected' });
  });
});
