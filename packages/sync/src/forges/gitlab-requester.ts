import { createRequesterFn, type RequestOptions } from '@gitbeaker/requester-utils';
import { GitbeakerRequestError } from '@gitbeaker/rest';

/** What asks GitLab through a fetch that is given: the library's own goes wherever it is told to. */
export const gitLabRequester = (send: typeof fetch, timeoutMs: number) =>
  createRequesterFn(
    (_resource, request) => Promise.resolve(request),
    async (endpoint: string, options?: RequestOptions) => {
      const { prefixUrl = '', searchParams, method = 'GET', headers, body } = options ?? {};
      const url = new URL(endpoint, prefixUrl.endsWith('/') ? prefixUrl : `${prefixUrl}/`);
      url.search = String(searchParams ?? '');
      const response = await send(url, {
        method,
        ...(headers ? { headers: headers as Record<string, string> } : {}),
        ...(body === undefined ? {} : { body: body as string }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      const data = parsed(text, response.headers.get('content-type') ?? '');
      if (response.ok)
        return {
          body: data as Record<string, unknown>,
          headers: Object.fromEntries(response.headers),
          status: response.status,
        };
      const { error, message } = (data ?? {}) as { error?: unknown; message?: unknown };
      const said = error ?? message ?? (typeof data === 'string' ? data : '');
      const description = typeof said === 'string' ? said : JSON.stringify(said);
      const cause = { description, request: new Request(url, { method }), response };
      throw new GitbeakerRequestError(description, { cause });
    },
  );

function parsed(text: string, type: string): unknown {
  if (!/json/.test(type)) return text;
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // An answer that is no JSON is judged by its status.
    return text;
  }
}
