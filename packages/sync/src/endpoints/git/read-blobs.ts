import type { RemoteFile } from '../../remote.ts';
import type { Mirror } from './mirror.ts';

const newline = 0x0a;

/**
 * Contents by blob id, in the order of the ids, as the mirror streams them; memory holds one chunk of its output and one
 * content. An id the mirror does not hold is answered with null. Throws MirrorBroken when git ends before the last one.
 */
async function* readBlobs(
  mirror: Mirror,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ id: string; bytes: Uint8Array | null }> {
  if (ids.length === 0) return;
  const doing = 'reading contents';
  const git = mirror.spawn({ args: ['cat-file', '--batch', '--buffer'], doing, signal, input: lines(ids) });
  let answered = 0;
  try {
    let rest: Buffer = Buffer.alloc(0);
    let content: { id: string; bytes: Uint8Array; filled: number } | null = null;
    for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
      let data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      for (;;) {
        if (!content) {
          const end = data.indexOf(newline);
          if (end < 0) break;
          const header = data.toString('latin1', 0, end);
          data = data.subarray(end + 1);
          const [id = '', type, size] = header.split(' ');
          if (type === 'blob') content = { id, bytes: new Uint8Array(Number(size)), filled: 0 };
          else if (type === 'missing') {
            answered++;
            yield { id, bytes: null };
            continue;
          } else throw mirror.failure(doing, `it answers "${header}"`);
        }
        const wanted = content.bytes.length - content.filled;
        content.bytes.set(data.subarray(0, wanted), content.filled);
        content.filled += Math.min(wanted, data.length);
        // A content is followed by a newline of its own.
        if (data.length <= wanted) {
          data = data.subarray(data.length);
          break;
        }
        data = data.subarray(wanted + 1);
        answered++;
        const { id, bytes } = content;
        content = null;
        yield { id, bytes };
      }
      rest = data;
    }
    const { code, stderr } = await git.ended;
    if (code !== 0 || answered !== ids.length) throw mirror.failure(doing, stderr);
  } finally {
    git.kill();
  }
}

function* lines(ids: readonly string[]): Generator<string> {
  for (let from = 0; from < ids.length; from += 1000) yield `${ids.slice(from, from + 1000).join('\n')}\n`;
}

/** Contents of listed files; what a submodule holds is its commit id. A blob the mirror lacks is left out. */
export async function* readFiles(
  mirror: Mirror,
  files: readonly RemoteFile[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ file: RemoteFile; bytes: Uint8Array }> {
  const sharing = new Map<string, RemoteFile[]>();
  for (const file of files) {
    if (file.mode === '160000') {
      yield { file, bytes: Buffer.from(file.token, 'latin1') };
      continue;
    }
    const same = sharing.get(file.token);
    if (same) same.push(file);
    else sharing.set(file.token, [file]);
  }
  for await (const { id, bytes } of readBlobs(mirror, [...sharing.keys()], signal))
    if (bytes) for (const file of sharing.get(id) ?? []) yield { file, bytes };
}
