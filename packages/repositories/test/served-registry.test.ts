import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manual, metadata, source, una, type Workbench, workbench } from './workbench.ts';

let at: Workbench;
beforeEach(async () => {
  at = await workbench({ 'sum/metadata.json': metadata('Sum'), 'sum/main.js': source, 'sum/lib/deep/x.bin': 'x' });
  await at.sync.sync(at.repositoryId, manual);
});
afterEach(() => at.close());

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const content = (text: string) => ({ content: Buffer.from(text).toString('base64'), mode: '100644' as const });
const own = 'upstream';

describe('the served registry', () => {
  it('lists every file, of one repository or of all below their names', async () => {
    const index = await at.served.index(own);
    expect(index.files.map(({ path }) => path).sort()).toEqual([
      'sum/lib/deep/x.bin',
      'sum/main.js',
      'sum/metadata.json',
    ]);
    expect(index.files.find(({ path }) => path === 'sum/main.js')).toMatchObject({
      size: source.length,
      digest: `sha256:${digest(source)}`,
    });
    expect((await at.served.index(null)).files.map(({ path }) => path)).toContain('upstream/sum/main.js');
    expect(Buffer.from((await at.served.file(null, 'upstream/sum/main.js')).bytes).toString()).toBe(source);
    expect(await at.served.headOf(own)).toBe(index.head);
  });

  it('takes a set of changes whole: an edit, a new task, a removed file', async () => {
    const before = await at.taskAt('sum');
    const { head } = await at.served.change(
      own,
      {
        message: 'From afar',
        files: [
          { path: 'sum/main.js', before: `sha256:${digest(source)}`, after: content('() => 1\n') },
          { path: 'sum/lib/deep/x.bin', before: `sha256:${digest('x')}`, after: null },
          { path: 'fresh/main.js', before: null, after: content(source) },
          { path: 'fresh/metadata.json', before: null, after: content(metadata('Fresh')) },
        ],
      },
      una,
    );
    expect(head).toBe(await at.served.headOf(own));
    const task = await at.taskAt('sum');
    expect(task).toMatchObject({ id: before.id, sourceCode: '() => 1\n', revision: 2 });
    expect(task.files.map(({ path }) => path)).toEqual(['main.js', 'metadata.json']);
    expect((await at.reader.history(task.id, { page: 1, limit: 1 })).items[0]?.changeDescription).toBe('From afar');
    expect(await at.taskAt('fresh')).toMatchObject({ name: 'Fresh', needsPush: true });
    expect(at.edits).toEqual([at.repositoryId]);
  });

  it('deletes a task whose files all go, and only that', async () => {
    const index = await at.served.index(own);
    const files = index.files.map(({ path, digest: before }) => ({ path, before, after: null }));
    await at.served.change(own, { files }, una);
    await expect(at.taskAt('sum')).rejects.toThrow('no task');
  });

  it.each([
    [
      'a file that changed',
      [{ path: 'sum/main.js', before: `sha256:${digest('old')}`, after: content('x') }],
      'REVISION_MISMATCH',
    ],
    ['a file that is there', [{ path: 'sum/main.js', before: null, after: content('x') }], 'REVISION_MISMATCH'],
    ['a file of no task', [{ path: 'loose/x.txt', before: null, after: content('x') }], 'VALIDATION_FAILED'],
    ['a path out of it', [{ path: '../x.txt', before: null, after: content('x') }], 'VALIDATION_FAILED'],
    [
      'metadata that does not parse',
      [{ path: 'new/metadata.json', before: null, after: content('{') }],
      'VALIDATION_FAILED',
    ],
  ])('changes nothing at all for %s', async (_, files, code) => {
    const head = await at.served.headOf(own);
    const good = { path: 'good/metadata.json', before: null, after: content(metadata('Good')) };
    await expect(at.served.change(own, { files: [good, ...files] }, una)).rejects.toMatchObject({ code });
    expect(await at.served.headOf(own)).toBe(head);
  });

  it('writes single files under conditions', async () => {
    const bytes = Buffer.from('() => 2\n');
    const write = (condition: Parameters<typeof at.served.write>[3]) =>
      at.served.write(own, 'sum/main.js', bytes, condition, una);
    await expect(write({ ifNoneMatch: true })).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    await expect(write({ ifMatch: ['00'] })).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    expect(await write({ ifMatch: [digest(source)] })).toEqual({ created: false, digest: digest('() => 2\n') });
    expect(await at.served.write(own, 'sum/notes.md', bytes, { ifNoneMatch: true }, una)).toMatchObject({
      created: true,
    });
    await at.served.write(own, 'sum/notes.md', null, { ifMatch: '*' }, una);
    expect((await at.taskAt('sum')).files.map(({ path }) => path)).not.toContain('notes.md');
  });
});
