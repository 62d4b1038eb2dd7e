import { digestOf } from '../../digest.ts';
import { EndpointError } from '../../problem.ts';
import { type HttpAnswer, type HttpClient, refusedBy, strongTag } from './http-client.ts';
import { type FoundIndex, indexLimit } from './registry.ts';
import { readIndex } from './registry-index.ts';

export interface IndexReader {
  /** The index now; one that has not changed is not sent again. Throws EndpointError where there is none to be used. */
  read(signal?: AbortSignal): Promise<FoundIndex>;
  /** Forgets what was read. */
  forget(): void;
}

/** @param places where an index may be, the likeliest first. */
export function openIndex(ask: HttpClient, places: readonly URL[]): IndexReader {
  let known: (FoundIndex & { readonly tag: string }) | null = null;

  async function readAt(at: URL, signal: AbortSignal | undefined): Promise<FoundIndex | HttpAnswer> {
    const before = known?.at === at ? known : null;
    const headers = { accept: 'application/json', ...(before ? { 'if-none-match': before.tag } : {}) };
    const answer = await ask({ method: 'GET', url: at, headers, limit: indexLimit, signal });
    if (answer.status === 304 && before) return before;
    if (answer.status !== 200) return answer;
    const tag = strongTag(answer.headers);
    const index = readIndex(answer.bytes.toString('utf8'), `sha256:${digestOf(answer.bytes)}`);
    known = tag === null ? null : { at, tag, index };
    return { index, at, tag };
  }

  return {
    async read(signal) {
      let refusal: EndpointError | null = null;
      for (const at of known ? [known.at, ...places.filter((place) => place !== known?.at)] : places) {
        const found = await readAt(at, signal);
        if ('index' in found) return found;
        const error = refusedBy(found);
        // Many servers refuse names that begin with a dot: the next place may do.
        if (error?.code === 'denied') refusal ??= error;
        else if (error) throw error;
        else if (found.status !== 404 && found.status !== 410) throw unexpected(found);
      }
      known = null;
      throw refusal ?? new EndpointError('not_found', noIndex, false);
    },
    forget() {
      known = null;
    },
  };
}

const noIndex = 'There is no index at this address. Name the registry, or its index.';

export const unexpected = ({ status }: HttpAnswer): EndpointError =>
  new EndpointError('misconfigured', `The registry answers ${status}, which it should not.`, false);
