import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** git without anyone's configuration, hooks or prompts. */
export const hermeticGit: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

type FileContent = string | Uint8Array | { readonly bytes: string | Uint8Array; readonly mode: string };
/** Files by path; a path may be raw bytes. null removes. */
type FileChanges =
  | Readonly<Record<string, FileContent | null>>
  | readonly (readonly [string | Buffer, FileContent | null])[];

interface CommitOptions {
  readonly branch?: string;
  readonly message?: string;
  /** What the commit stands on; left out: the branch; null: nothing, so that the branch is rewritten. */
  readonly onto?: string | null;
}

interface LogEntry {
  readonly id: string;
  readonly parents: readonly string[];
  /** `Name <email> seconds zone` */
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

/** A bare repository to test against, worked on with plain git. */
export interface GitRepository {
  readonly path: string;
  /** Runs git in the repository; throws with its standard error when it fails. */
  git(args: readonly string[], input?: Iterable<string | Uint8Array>): Promise<Buffer>;
  /** Commits changes to a branch, by default main, and answers the commit. */
  commit(changes: FileChanges, options?: CommitOptions): Promise<string>;
  /** Moves a branch, or removes it. */
  setBranch(branch: string, commit: string | null): Promise<void>;
  head(branch?: string): Promise<string | null>;
  /** Everything a commit holds; a submodule's content is its commit id. Names are decoded as UTF-8. */
  files(commit?: string): Promise<ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: string }>>;
  /** The newest first. */
  log(commit?: string): Promise<readonly LogEntry[]>;
  /** Paths that differ between two commits, with git's letter: `M a.txt`. */
  changes(from: string, to: string): Promise<readonly string[]>;
  installHook(name: 'pre-receive' | 'update' | 'post-receive', script: string): Promise<void>;
}

export async function createGitRepository(
  path: string,
  options: { readonly branch?: string; readonly objectFormat?: 'sha1' | 'sha256' } = {},
): Promise<GitRepository> {
  const { branch: first = 'main', objectFormat = 'sha1' } = options;
  await mkdir(path, { recursive: true });
  const git: GitRepository['git'] = (args, input = []) => run(path, args, input);
  await git([
    'init',
    '--quiet',
    '--bare',
    '--template=',
    `--initial-branch=${first}`,
    `--object-format=${objectFormat}`,
  ]);
  await git(['config', 'http.receivepack', 'true']);

  const text = async (args: readonly string[]) => (await git(args)).toString('utf8').trim();
  const head = async (branch = first) =>
    (await text(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`])) || null;
  const commit: GitRepository['commit'] = async (changes, { branch = first, message = 'change', onto } = {}) => {
    const parent = onto === undefined ? await head(branch) : onto;
    const stream = importStream(changes, `refs/heads/${branch}`, message, parent);
    return (await git(['fast-import', '--quiet', '--force', '--done', '--date-format=now'], stream)).toString().trim();
  };
  const files: GitRepository['files'] = async (commit = first) => {
    const lines = (await git(['ls-tree', '-r', '-z', commit])).toString('utf8').split('\0').filter(Boolean);
    const found = new Map<string, { bytes: Buffer; mode: string }>();
    for (const line of lines) {
      const [about = '', name = ''] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
      const [mode = '', type, id = ''] = about.split(' ');
      found.set(name, { mode, bytes: type === 'commit' ? Buffer.from(id) : await git(['cat-file', 'blob', id]) });
    }
    return found;
  };
  return {
    path,
    git,
    commit,
    head,
    files,
    setBranch: async (branch, to) => {
      await git(
        to === null ? ['update-ref', '-d', `refs/heads/${branch}`] : ['update-ref', `refs/heads/${branch}`, to],
      );
    },
    log: async (commit = first) => {
      const records = await text([
        'log',
        '--date=raw',
        '--format=%H%x00%P%x00%an <%ae> %ad%x00%cn <%ce> %cd%x00%B%x01',
        commit,
      ]);
      return records.split('\x01').flatMap((record) => {
        const [id = '', parents = '', author = '', committer = '', message = ''] = record
          .replace(/^\n/, '')
          .split('\0');
        return id === '' ? [] : { id, parents: parents.split(' ').filter(Boolean), author, committer, message };
      });
    },
    changes: async (from, to) =>
      (await git(['diff-tree', '-r', '-z', '--name-status', from, to]))
        .toString('utf8')
        .split('\0')
        .flatMap((letter, index, all) => (index % 2 === 0 && letter ? `${letter} ${all[index + 1]}` : [])),
    installHook: async (name, script) => {
      await mkdir(join(path, 'hooks'), { recursive: true });
      await writeFile(join(path, 'hooks', name), `#!/bin/sh\n${script}\n`);
      await chmod(join(path, 'hooks', name), 0o755);
    },
  };
}

function run(gitDir: string, args: readonly string[], input: Iterable<string | Uint8Array>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: '/', env: { ...hermeticGit, GIT_DIR: gitDir }, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`git ${args[0]} ended with ${code}: ${Buffer.concat(err).toString('utf8')}`));
    });
    // The exit code and standard error tell why git stopped reading.
    child.stdin.on('error', () => {});
    for (const chunk of input) child.stdin.write(chunk);
    child.stdin.end();
  });
}

function* importStream(
  changes: FileChanges,
  ref: string,
  message: string,
  parent: string | null,
): Generator<string | Uint8Array> {
  const list = (Array.isArray(changes) ? changes : Object.entries(changes)) as readonly (readonly [
    string | Buffer,
    FileContent | null,
  ])[];
  const text = Buffer.from(message);
  yield parent ? '' : `reset ${ref}\n\n`;
  yield `commit ${ref}\nmark :1\ncommitter Upstream <upstream@example.org> now\ndata ${text.length}\n`;
  yield text;
  yield `\n${parent ? `from ${parent}\n` : ''}`;
  for (const [path, content] of list) {
    const name = quoted(path);
    if (content === null) {
      yield `D ${name}\n`;
      continue;
    }
    const { bytes, mode } =
      typeof content === 'string' || content instanceof Uint8Array ? { bytes: content, mode: '100644' } : content;
    const data = Buffer.from(bytes);
    if (mode === '160000') yield `M ${mode} ${data.toString('latin1')} ${name}\n`;
    else {
      yield `M ${mode} inline ${name}\ndata ${data.length}\n`;
      yield data;
      yield '\n';
    }
  }
  yield '\nget-mark :1\ndone\n';
}

/** Escapes every byte that is not plain, so that any name can be written. */
function quoted(path: string | Buffer): string {
  const bytes = [...Buffer.from(path as string)];
  const plain = (byte: number) => byte > 0x1f && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
  return `"${bytes.map((b) => (plain(b) ? String.fromCharCode(b) : `\\${b.toString(8).padStart(3, '0')}`)).join('')}"`;
}
