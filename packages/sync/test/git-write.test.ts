import { describe, expect, it } from 'vitest';
import type { Prepared, Published, Remote, WriteRequest } from '../src/remote.ts';
import { listAll, request, type Side, setUp, write } from './git-fixture.ts';

const nothing: Prepared = { token: '', head: null };

async function push(remote: Remote, wanted: WriteRequest): Promise<Published> {
  return await remote.publish((await remote.prepare(wanted)) ?? nothing);
}

describe('writing', () => {
  it('changes only the paths it was given', async () => {
    const { repository, open } = await setUp();
    const submodule = { bytes: 'a'.repeat(40), mode: '160000' as const };
    const parent = await repository.commit({ a: '1', 'dir/b': '2', 'dir/c': '3', keep: 'k', sub: submodule });
    const remote = open();
    const { files: listed } = await remote.list();
    const published = await push(
      remote,
      request(
        parent,
        write('a', '1', '1!'),
        write('dir/b', '2', null),
        write('new/run.sh', null, { bytes: 'x', mode: '100755' }),
        write('new/link', null, { bytes: 'run.sh', mode: '120000' }),
        write('new/sub', null, submodule),
        write('dir/c', '3', { bytes: '3', mode: '100755' }),
      ),
    );
    const head = await repository.head();
    expect(published).toMatchObject({ status: 'published', head, failed: [] });
    expect(await repository.changes(parent, 'main')).toEqual([
      'M a',
      'D dir/b',
      'M dir/c',
      'A new/link',
      'A new/run.sh',
      'A new/sub',
    ]);
    const modes = [...(await repository.files())].map(([path, { mode }]) => `${mode} ${path}`);
    expect(modes).toEqual([
      '100644 a',
      '100755 dir/c',
      '100644 keep',
      '120000 new/link',
      '100755 new/run.sh',
      '160000 new/sub',
      '160000 sub',
    ]);
    await repository.git(['fsck', '--strict', '--no-dangling']);
    const { files } = await remote.list();
    if (published.status !== 'published') throw new Error('it was not published');
    for (const file of published.files) expect(files).toContainEqual(file);
    expect(published.files).toHaveLength(5);
    expect(listed.filter((f) => f.path === 'keep')).toEqual(files.filter((f) => f.path === 'keep'));
  });

  it('carries bytes as they are', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
    const remote = open();
    const after = { bytes, mode: '100644' as const };
    await push(
      remote,
      request(parent, write('bin', null, after), write('crlf', null, '\ufeffa\r\nb\r\n'), write('empty', null, '')),
    );
    const files = await repository.files();
    expect(files.get('bin')?.bytes.equals(Buffer.from(bytes))).toBe(true);
    expect(files.get('crlf')?.bytes.toString()).toBe('\ufeffa\r\nb\r\n');
    expect(files.get('empty')?.bytes).toHaveLength(0);
  });

  it('makes the same commit from the same request', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const wanted = request(parent, write('a', '1', '2'), write('b', null, '3'));
    const remote = open();
    const first = await remote.prepare(wanted);
    expect(first?.token).toMatch(/^[0-9a-f]{40}$/);
    expect(await remote.prepare(wanted)).toEqual(first);
    expect(await open().prepare(wanted)).toEqual(first);
    expect(await open().prepare({ ...wanted, message: 'Another' })).not.toEqual(first);
  });

  it('prepares nothing when nothing would change', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const remote = open();
    expect(await remote.prepare(request(parent, write('a', '1', '1'), write('b', null, null)))).toBeNull();
    expect(await remote.prepare(request(parent))).toBeNull();
    expect(await open({ branch: 'none' }).prepare(request(null))).toBeNull();
  });

  it('writes commit upon commit without looking again', async () => {
    const { repository, open } = await setUp();
    let head: string | null = await repository.commit({ n: '0' });
    const remote = open();
    for (let n = 1; n <= 5; n++) {
      const published = await push(remote, request(head, write('n', `${n - 1}`, `${n}`), write(`f${n}`, null, 'x')));
      if (published.status !== 'published') throw new Error(published.status);
      head = published.head;
    }
    expect(await listAll(remote)).toEqual({ n: '5', f1: 'x', f2: 'x', f3: 'x', f4: 'x', f5: 'x' });
    expect(await repository.log()).toHaveLength(6);
  });

  it('can take the last file away', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ 'a/b': '1' });
    const remote = open();
    expect(await push(remote, request(parent, write('a/b', '1', null)))).toMatchObject({
      status: 'published',
      files: [],
    });
    expect(await remote.list()).toMatchObject({ head: await repository.head(), files: [], problems: [] });
  });

  it('lets a file and a folder take each other’s place', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1', 'b/x': '2', 'b/y': '3' });
    const remote = open();
    const wanted = request(
      parent,
      write('a/in', null, '4'),
      write('a', '1', null),
      write('b', null, '5'),
      write('b/x', '2', null),
      write('b/y', '3', null),
    );
    await push(remote, wanted);
    expect(await listAll(remote)).toEqual({ 'a/in': '4', b: '5' });
  });

  it('lets a name change its case', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ 'README.md': '1' });
    const remote = open();
    await push(remote, request(parent, write('README.md', '1', null), write('readme.md', null, '1')));
    expect(await listAll(remote)).toEqual({ 'readme.md': '1' });
  });
});

describe('what the plan saw', () => {
  it.each<[string, Side, Side]>([
    ['other content', '2', '3'],
    ['another mode', { bytes: '1', mode: '100755' }, '3'],
    ['no file', null, '3'],
    ['no file, with the content there already', null, '1'],
    ['other content to delete', '2', null],
  ])('counts as moved when it was %s', async (_, before, after) => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const remote = open();
    expect(await push(remote, request(parent, write('a', before, after)))).toEqual({ status: 'moved' });
    expect(await push(remote, request(parent, write('gone', '1', '2')))).toEqual({ status: 'moved' });
    expect(await repository.head()).toBe(parent);
  });

  it('counts as moved when its commit is known to nobody', async () => {
    const { repository, open } = await setUp();
    await repository.commit({ a: '1' });
    const remote = open();
    const prepared = await remote.prepare(request('0123456789'.repeat(4), write('a', '1', '2')));
    expect(await remote.publish(prepared ?? nothing)).toEqual({ status: 'moved' });
    expect(await remote.outcome(prepared?.token ?? '')).toBe('unpublished');
    expect(await remote.publish({ token: 'f'.repeat(40), head: null })).toEqual({ status: 'moved' });
  });
});

describe('what git would take in silence', () => {
  it.each<[string, string, string]>([
    ['a parent', '../x', '".."'],
    ['.git', '.git/hooks/post-checkout', '".git"'],
    ['.git in another form', 'a/.GIT./config', '".git"'],
    ['an absolute path', '/x', 'absolute'],
    ['a NUL', 'a\0b', 'NUL'],
    ['a twin in case', 'readme.MD', 'README.md'],
    ['a twin in Unicode', 'cafe\u0301', 'caf\u00e9'],
    ['a file in the place of a folder', 'dir', 'dir/'],
    ['a file below a file', 'README.md/x', 'README.md'],
  ])('refuses %s', async (_, path, why) => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ 'README.md': '1', 'caf\u00e9': '2', 'dir/x': '3' });
    const remote = open();
    const published = await push(remote, request(parent, write('fine', null, '1'), write(path, null, 'x')));
    expect(published).toMatchObject({ status: 'rejected', reason: 'denied', message: expect.stringContaining(why) });
    expect(await repository.head()).toBe(parent);
  });

  it('refuses a submodule without a commit and a path of two documents', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const remote = open();
    const submodule = write('s', null, { bytes: 'HEAD', mode: '160000' });
    expect(await push(remote, request(parent, submodule))).toMatchObject({ status: 'rejected' });
    expect(await push(remote, request(parent, write('b', null, '1'), write('b', null, '2')))).toMatchObject({
      status: 'rejected',
    });
  });
});

describe('a branch that others push to', () => {
  it('is never overwritten, whoever comes first', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1', b: '1' });
    const [one, two] = [open(), open()];
    const first = await one.prepare(request(parent, write('a', '1', 'one')));
    const second = await two.prepare(request(parent, write('b', '1', 'two')));
    const answers = await Promise.all([one.publish(first ?? nothing), two.publish(second ?? nothing)]);
    expect(answers.map((a) => a.status).sort()).toEqual(['moved', 'published']);
    expect(await repository.log()).toHaveLength(2);
  });

  it.each<[string, (upstream: Awaited<ReturnType<typeof setUp>>['repository'], first: string) => Promise<unknown>]>([
    ['moves on', (upstream) => upstream.commit({ other: '1' })],
    ['is rewritten', (upstream) => upstream.commit({ other: '1' }, { onto: null })],
    ['is taken back to an older commit', (upstream, first) => upstream.setBranch('main', first)],
    ['is deleted', (upstream) => upstream.setBranch('main', null)],
  ])('gives moved when it %s', async (_, disturb) => {
    const { repository, open } = await setUp();
    const first = await repository.commit({ a: '0' });
    const parent = await repository.commit({ a: '1' });
    const remote = open();
    await remote.list();
    const prepared = await remote.prepare(request(parent, write('a', '1', '2')));
    await disturb(repository, first);
    const head = await repository.head();
    expect(await remote.publish(prepared ?? nothing)).toEqual({ status: 'moved' });
    expect(await repository.head()).toBe(head);
  });

  it('gives moved when an empty repository got its first commit meanwhile', async () => {
    const { repository, open } = await setUp();
    const remote = open();
    const prepared = await remote.prepare(request(null, write('a', null, '1')));
    const head = await repository.commit({ b: '1' });
    expect(await remote.publish(prepared ?? nothing)).toEqual({ status: 'moved' });
    expect(await repository.head()).toBe(head);
  });

  it('takes a push that has arrived for published when it is repeated', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const wanted = request(parent, write('a', '1', '2'));
    await push(open(), wanted);
    expect(await push(open(), wanted)).toMatchObject({ status: 'published' });
    expect(await repository.log()).toHaveLength(2);
  });

  it('tells afterwards whether a push has arrived, also below later ones', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    const remote = open();
    const prepared = (await remote.prepare(request(parent, write('a', '1', '2')))) ?? nothing;
    expect(await remote.outcome(prepared.token)).toBe('unpublished');
    expect(await open().outcome(prepared.token)).toBe('unpublished');
    await remote.publish(prepared);
    await repository.commit({ later: '1' });
    expect(await remote.outcome(prepared.token)).toBe('published');
    expect(await open().outcome(prepared.token)).toBe('published');
    await repository.commit({ a: 'rewritten' }, { onto: null });
    expect(await remote.outcome(prepared.token)).toBe('unpublished');
    expect(await remote.outcome('')).toBe('unpublished');
  });

  it('runs the server’s hooks and hands on what they say', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    await repository.installHook(
      'pre-receive',
      'printf "\\033[31mNo pushes on Fridays.\\033[0m\\nSee %s/rules\\n" "$PWD" >&2; exit 1',
    );
    const published = await push(open(), request(parent, write('a', '1', '2')));
    expect(published).toEqual({
      status: 'rejected',
      reason: 'hook_declined',
      message: 'No pushes on Fridays.\nSee ***/rules',
    });
    await repository.installHook(
      'pre-receive',
      'echo "GitLab: You are not allowed to push code to protected branches on this project." >&2; exit 1',
    );
    expect(await push(open(), request(parent, write('a', '1', '2')))).toMatchObject({
      status: 'rejected',
      reason: 'protected_branch',
    });
    await repository.installHook('pre-receive', 'exit 1');
    expect(await push(open(), request(parent, write('a', '1', '2')))).toMatchObject({
      reason: 'hook_declined',
      message: expect.stringContaining('gave no reason'),
    });
    expect(await repository.head()).toBe(parent);
  });

  it('says that a branch is checked out', async () => {
    const { repository, open } = await setUp();
    const parent = await repository.commit({ a: '1' });
    await repository.git(['config', 'core.bare', 'false']);
    await repository.git(['config', 'core.worktree', repository.path]);
    const published = await push(open(), request(parent, write('a', '1', '2')));
    expect(published).toMatchObject({
      status: 'rejected',
      reason: 'denied',
      message: expect.stringContaining('checked out'),
    });
  });
});
