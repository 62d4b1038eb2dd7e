import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram, timeOf } from './programs.ts';

interface Peer {
  readonly name: string;
  /** One run over the folder; answers where its copy is, or null where it keeps none. */
  readonly run: (time: 'first' | 'later') => { readonly ms: number; readonly copy: string | null };
}

function unison(folder: string, root: string): Peer | null {
  if (!hasProgram('unison', '-version', 'unison')) return null;
  const copy = join(folder, 'unison-copy');
  const args = [root, copy, '-batch', '-silent', '-confirmbigdel=false'];
  return { name: 'unison', run: () => ({ ms: timeOf('unison', args, folder), copy }) };
}

function rclone(folder: string, root: string): Peer | null {
  if (!hasProgram('rclone', 'version', 'rclone')) return null;
  const copy = join(folder, 'rclone-copy');
  mkdirSync(copy);
  const args = ['bisync', root, copy, '--config', '', '--workdir', join(folder, 'rclone-work'), '--log-level', 'ERROR'];
  return {
    name: 'rclone bisync',
    run: (time) => ({ ms: timeOf('rclone', time === 'first' ? [...args, '--resync'] : args, folder), copy }),
  };
}

function git(folder: string, root: string): Peer {
  const repository = ['--git-dir', join(folder, 'repository'), '--work-tree', root];
  timeOf('git', ['init', '-q', '--bare', join(folder, 'repository')], folder);
  return {
    name: 'git',
    run: (time) => ({
      ms: timeOf(
        'git',
        [...repository, ...(time === 'first' ? ['add', '-A'] : ['status', '--porcelain'])],
        folder,
        root,
      ),
      copy: null,
    }),
  };
}

/**
 * The same folder kept in step by programs of the field, each with a copy of its own, and looked at by git. Every copy is
 * checked: a program that did nothing is quick.
 * @param probe a file of the folder, by its path within it.
 */
export function folderPeers(folder: string, root: string, probe: string) {
  const home = join(folder, 'peers');
  mkdirSync(home);
  const peers = [
    { name: 'unison', peer: unison(home, root) },
    { name: 'rclone bisync', peer: rclone(home, root) },
    { name: 'git', peer: git(home, root) },
  ];
  const time = (run: 'first' | 'later', words: Readonly<Record<string, string>> = {}): string =>
    peers
      .map(({ name, peer }) => {
        if (!peer) return `${name} not installed`;
        const { ms, copy } = peer.run(run);
        const wanted = readFileSync(join(root, probe), 'utf8');
        const isThere =
          copy === null || (existsSync(join(copy, probe)) && readFileSync(join(copy, probe), 'utf8') === wanted);
        if (!isThere) throw new Error(`${name} ended well and did not bring ${probe}.`);
        return `${words[name] ?? name} ${Math.round(ms).toLocaleString('en')} ms`;
      })
      .join(', ');
  return {
    first: () => time('first', { git: 'git add -A' }),
    nothingChanged: () => time('later', { git: 'git status' }),
    /** After one file changed. */
    oneChanged(content: string): string {
      writeFileSync(join(root, probe), content);
      return time('later', { git: 'git status' });
    },
  };
}
