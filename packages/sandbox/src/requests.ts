import type { ToRunner, WireAnswer, WireRequest, WireResponse } from '@ratchet/runner/protocol';
import type { HttpClient } from './http-client.ts';
import { answerFromMocks } from './mocks.ts';
import { NetworkRefusal } from './network.ts';
import type { Redactor } from './redact.ts';
import type { RunRequest } from './sandbox.ts';

type Answer = Extract<ToRunner, { type: 'answer' }>;

/** Makes the requests of one run on its behalf, counts them, and gives them up when the run ends. */
export const createRequests = (
  request: Pick<RunRequest, 'limits' | 'network' | 'mocks' | 'onHttp'>,
  http: HttpClient,
  redactor: Redactor,
  reply: (request: number, answer: Answer['answer']) => void,
) => {
  const open = new Map<number, AbortController>();
  let made = 0;

  const perform = async (call: WireRequest, signal: AbortSignal): Promise<WireResponse> => {
    made += 1;
    const { requests, responseBytes } = request.limits;
    if (made > requests) throw new NetworkRefusal(`A task may make ${requests} requests in one execution.`);
    if (request.mocks !== undefined) return answerFromMocks(request.mocks, call);
    return http.request(call, { policy: request.network, responseBytes, signal });
  };

  const report = (call: WireRequest, startedAt: Date, response: WireResponse | null, error: string | null): void => {
    if (request.onHttp === undefined) return;
    const shown = redactor.json({
      method: call.method,
      url: call.url,
      requestHeaders: call.headers,
      requestBody: call.body,
      response,
      error,
    }) as Omit<Parameters<typeof request.onHttp>[0], 'startedAt' | 'durationMs'>;
    request.onHttp({ ...shown, startedAt, durationMs: Date.now() - startedAt.getTime() });
  };

  return {
    async start(id: number, call: WireRequest): Promise<void> {
      const abort = new AbortController();
      open.set(id, abort);
      const startedAt = new Date();
      let answer: WireAnswer;
      try {
        const response = await perform(call, abort.signal);
        answer = { ok: true, response };
        report(call, startedAt, response, null);
      } catch (error) {
        if (!(error instanceof NetworkRefusal)) throw error;
        answer = { ok: false, error: { class: 'NetworkError', message: redactor.text(error.message) } };
        report(call, startedAt, null, error.message);
      } finally {
        open.delete(id);
      }
      reply(id, answer);
    },
    abort(id: number): void {
      open.get(id)?.abort();
    },
    end(): void {
      for (const abort of open.values()) abort.abort();
    },
  };
};
