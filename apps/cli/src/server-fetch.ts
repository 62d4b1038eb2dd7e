import { RatchetError } from '@ratchet/contract/errors';

type Fetch = typeof globalThis.fetch;

/** Requests to a server; where nobody listens at its address, to the one that `instead` starts. */
export function orInstead(usual: Fetch, base: string, instead: () => Promise<string>): Fetch {
  let address: string | null = null;
  const there: Fetch = (input, init) => fetch(String(input).replace(base, address as string), init);
  return async (input, init) => {
    if (address !== null) return there(input, init);
    try {
      return await usual(input, init);
    } catch (error) {
      if (!nobodyListens(error)) throw error;
      address = await instead();
      return there(input, init);
    }
  };
}

/** Requests that are told, each with what it was answered: never what it carries. */
export function told(usual: Fetch, say: (line: string) => void): Fetch {
  return async (input, init) => {
    const begun = performance.now();
    const what = `${init?.method ?? 'GET'} ${String(input)}`;
    const took = () => `${Math.round(performance.now() - begun)} ms`;
    try {
      const response = await usual(input, init);
      say(`${what} → ${response.status}, ${took()}`);
      return response;
    } catch (error) {
      say(`${what} → ${(error as Error).message}, ${took()}`);
      throw error;
    }
  };
}

/** Requests that end when a signal says so, besides their own. */
export const until =
  (usual: Fetch, signal: AbortSignal): Fetch =>
  (input, init) =>
    usual(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal });

/** Also where a request in between, such as one for a token, found nobody. */
function nobodyListens(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if ((at as NodeJS.ErrnoException).code === 'ECONNREFUSED') return true;
  return error instanceof RatchetError && error.code === 'UNAVAILABLE' && error.message.startsWith('No server answers');
}
