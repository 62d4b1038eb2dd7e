import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../src/kind.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import type { RemoteFile } from '../src/remote.ts';

type Folder = Record<string, string>;

const listing = (files: Folder): RemoteFile[] =>
  Object.entries(files).map(([path, text]) => ({ path, mode: '100644', size: text.length, token: `${path} ${text}` }));

/** Reads a folder in memory and remembers what was asked for. */
function reader(files: Folder) {
  const asked: string[] = [];
  const read = async (wanted: readonly RemoteFile[]) => {
    asked.push(...wanted.map((file) => file.path));
    return new Map(
      wanted.flatMap(({ path }) => (files[path] === undefined ? [] : [[path, new TextEncoder().encode(files[path])]])),
    );
  };
  return { asked, read };
}

async function discover(
  files: Folder,
  scope: Partial<Scope> = {},
  kind = createTaskKind(),
): Promise<Record<string, string[]>> {
  const found = await kind.discover(listing(files), { watch: [], ignore: [], ...scope }, reader(files).read);
  const documents: Record<string, string[]> = {};
  for (const { path, root, files: members } of found) {
    documents[path] = members.map((file) => file.path.slice(root.length)).sort();
    expect(members.every((file) => file.path.startsWith(root))).toBe(true);
    expect(kind.rootOf(path, documents[path])).toBe(root);
  }
  return documents;
}

const script = '/** @version 1.0.0 */ function main() {}';

describe('what is a task', () => {
  it.each<[string, Folder, Record<string, string[]>]>([
    ['nothing', {}, {}],
    [
      'a folder, whole',
      { 't/metadata.json': '', 't/main.js': '', 't/lib/deep/x.bin': '' },
      { t: ['lib/deep/x.bin', 'main.js', 'metadata.json'] },
    ],
    ['a root that is a task', { 'metadata.json': '', 'main.js': '' }, { '.': ['main.js', 'metadata.json'] }],
    [
      'folders below other folders',
      { 'a/b/x/metadata.json': '', 'a/b/y/metadata.json': '', 'a/readme.md': '' },
      { 'a/b/x': ['metadata.json'], 'a/b/y': ['metadata.json'] },
    ],
    [
      'no task within a task',
      { 't/metadata.json': '', 't/sub/metadata.json': '', 't/sub/x.js': script },
      { t: ['metadata.json', 'sub/metadata.json', 'sub/x.js'] },
    ],
    [
      'a pair',
      { 'd/foo.js': '', 'd/foo.yaml': '', 'd/bar.ts': '', 'd/bar.yml': '' },
      { 'd/foo.js': ['foo.js', 'foo.yaml'], 'd/bar.ts': ['bar.ts', 'bar.yml'] },
    ],
    [
      'a pair and its compiled twin',
      { 'foo.js': '', 'foo.ts': '', 'foo.yaml': '' },
      { 'foo.js': ['foo.js', 'foo.yaml'] },
    ],
    [
      'a script',
      { 'd/s.js': script, 'd/helper.js': 'export const a = 1', 'd/late.js': 'let a;\n/** @version 1.0.0 */' },
      { 'd/s.js': ['s.js'] },
    ],
    ['no script among declarations', { 'd/s.d.ts': script }, {}],
    ['a manifest', { 'm/task.yaml': '', 'm/task.js': '', 'm/data/x': '' }, { m: ['data/x', 'task.js', 'task.yaml'] }],
    ['a manifest named meta', { 'm/meta.yml': '', 'm/meta.ts': '' }, { m: ['meta.ts', 'meta.yml'] }],
    [
      'a manifest that names its code',
      { 'm/task.yml': 'entrypoint: ./src/run.ts', 'm/src/run.ts': '' },
      { m: ['src/run.ts', 'task.yml'] },
    ],
    [
      'no manifest without code',
      { 'm/meta.yaml': 'package: x', 'm/build.js': '', 'n/task.yaml': 'entrypoint: gone.js' },
      {},
    ],
    ['a broken manifest beside code', { 'm/task.yaml': 'a: [', 'm/run.js': '' }, { m: ['run.js', 'task.yaml'] }],
    [
      'metadata.json before a manifest',
      { 'm/metadata.json': '', 'm/task.yaml': '', 'm/task.js': '' },
      { m: ['metadata.json', 'task.js', 'task.yaml'] },
    ],
    [
      'a manifest before a pair',
      { 'm/task.js': '', 'm/task.yaml': '', 'm/foo.js': '', 'm/foo.yaml': '' },
      { m: ['foo.js', 'foo.yaml', 'task.js', 'task.yaml'] },
    ],
    [
      'nothing in what is never synced',
      {
        'node_modules/t/metadata.json': '',
        't/metadata.json': '',
        't/node_modules/x': '',
        't/a.bak': '',
        't/.ratchet-tmp-1': '',
        'x/.GIT/metadata.json': '',
      },
      { t: ['metadata.json'] },
    ],
  ])('%s', async (_, files, documents) => {
    expect(await discover(files)).toEqual(documents);
  });

  const tree: Folder = {
    'a/metadata.json': '',
    'a/main.js': '',
    'b/metadata.json': '',
    'b/readme.md': '',
    'c/s.js': script,
    'c/p.js': '',
    'c/p.yaml': '',
  };
  it.each<[Partial<Scope>, string[]]>([
    [{ watch: ['a/**'] }, ['a']],
    [{ watch: ['a'] }, ['a']],
    [{ watch: ['./a/'] }, ['a']],
    [{ watch: ['**/*.md'] }, ['b']],
    [{ watch: ['**/*.js'] }, ['a', 'c/p.js', 'c/s.js']],
    [{ watch: ['!c/**'] }, ['a', 'b']],
    [{ watch: ['**/*.js', '!a/**'] }, ['c/p.js', 'c/s.js']],
    [{ watch: ['', ' '] }, ['a', 'b', 'c/p.js', 'c/s.js']],
    [{ ignore: ['c'] }, ['a', 'b']],
    [{ ignore: ['**/metadata.json'] }, ['c/p.js', 'c/s.js']],
    [{ ignore: ['?/**', '!b/**'] }, ['b']],
    [{ watch: ['a/**'], ignore: ['a/'] }, []],
  ])('keeps to %j', async (scope, paths) => {
    expect(Object.keys(await discover(tree, scope)).sort()).toEqual(paths);
  });

  it('takes a document whole although only one of its files is watched', async () => {
    expect(await discover(tree, { watch: ['**/readme.md'] })).toEqual({ b: ['metadata.json', 'readme.md'] });
  });

  it('leaves ignored files out of a document', async () => {
    expect(await discover(tree, { ignore: ['**/*.md'] })).toMatchObject({ b: ['metadata.json'] });
  });

  it('looks only at what names do not tell, and again only after a change', async () => {
    const files: Folder = {
      ...tree,
      'd/task.yaml': 'entrypoint: x.js',
      'd/x.js': '',
      'big.js': `// @version 1.0.0\n${' '.repeat(1_100_000)}`,
    };
    const kind = createTaskKind();
    const { asked, read } = reader(files);
    const scope = { watch: [], ignore: [] };
    await kind.discover(listing(files), scope, read);
    expect(asked.splice(0).sort()).toEqual(['c/s.js', 'd/task.yaml']);
    await kind.discover(listing(files), scope, read);
    expect(asked).toEqual([]);
    files['c/s.js'] = 'no task any more';
    const found = await kind.discover(listing(files), scope, read);
    expect(asked).toEqual(['c/s.js']);
    expect(found.map((document) => document.path)).not.toContain('c/s.js');
  });

  it('does not conclude absence from a file that cannot be read now', async () => {
    const files = listing({ 's.js': script, 'm/task.yaml': 'entrypoint: x.js', 'm/x.js': '' });
    const found = await createTaskKind().discover(files, { watch: [], ignore: [] }, async () => new Map());
    expect(found.map((document) => document.path).sort()).toEqual(['m', 's.js']);
  });

  it('gives every file to at most one document, in any order of the listing', async () => {
    const names = fc.constantFrom(
      'metadata.json',
      'task.yaml',
      'task.js',
      'meta.yml',
      'foo.js',
      'foo.ts',
      'foo.yaml',
      'main.js',
      'x.md',
    );
    const folder = fc
      .array(fc.constantFrom('a', 'b', 'foo.js'), { maxLength: 3 })
      .map((parts) => parts.map((part) => `${part}/`).join(''));
    const paths = fc.uniqueArray(
      fc.tuple(folder, names).map((parts) => parts.join('')),
      { maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(paths, fc.infiniteStream(fc.nat()), async (chosen, random) => {
        const files: Folder = Object.fromEntries(chosen.map((path) => [path, path.endsWith('.js') ? script : '']));
        const order = new Map(chosen.map((path) => [path, random.next().value]));
        const shuffled = Object.fromEntries(
          Object.entries(files).sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
        );
        const documents = await discover(files);
        expect(await discover(shuffled)).toEqual(documents);
        const owned = Object.values(documents).flat();
        expect(owned.length).toBeLessThanOrEqual(chosen.length);
      }),
    );
  });
});
