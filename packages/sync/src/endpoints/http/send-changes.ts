import { EndpointError } from '../../problem.ts';
import type { Published, RemoteFile, WriteRequest } from '../../remote.ts';
import { refusedBy } from './http-client.ts';
import { indexLimit, type Registry } from './registry.ts';
import { readIndex } from './registry-index.ts';

/** Sends all changes at once, to a registry that takes them whole or not at all. */
export async function sendChanges(
  { ask }: Registry,
  url: URL,
  request: WriteRequest,
  signal: AbortSignal | undefined,
): Promise<Published> {
  const body = JSON.stringify({
    parent: request.parent,
    message: request.message,
    author: request.author,
    files: request.documents.flatMap(({ files }) =>
      files.map(({ path, before, after }) => ({
        path,
        before: before && `sha256:${before.digest}`,
        after: after && { content: Buffer.from(after.bytes).toString('base64'), mode: after.mode },
      })),
    ),
  });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await ask({ method: 'POST', url, headers, body, limit: indexLimit, signal });
  const { status } = answer;
  if (status === 409 || status === 412) return { status: 'moved' };
  const said = saidIn(answer.bytes);
  if (status === 403 || status === 405 || status === 413 || status === 400 || status === 422)
    return {
      status: 'rejected',
      reason: 'denied',
      message: `The registry does not take the changes.${said ? ` It says: ${said}` : ''}`,
    };
  const error = refusedBy(answer);
  if (error) throw error;
  if (status !== 200)
    throw new EndpointError('misconfigured', `The registry answers ${status} to changes, which it should not.`, false);
  const taken = readIndex(answer.bytes.toString('utf8'), '');
  const files = taken.files.flatMap(({ path, mode, size, digest }): RemoteFile[] =>
    digest === null ? [] : [{ path, mode, size, token: `sha256:${digest}` }],
  );
  return { status: 'published', head: taken.head || null, files, failed: [] };
}

function saidIn(bytes: Buffer): string {
  try {
    const { message } = JSON.parse(bytes.toString('utf8')) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, 500) : '';
  } catch {
    return '';
  }
}
