import {
  limitMessages,
  type ToRunner,
  type WireAnswer,
  type WireBody,
  type WireRequest,
  type WireResponse,
} from '@ratchet/runner/protocol';
import type { HttpClient } from './http-client.ts';
import { createMocks } from './mocks.ts';
import { NetworkRefusal } from './network.ts';
import type { Redactor } from './redact.ts';
import type { HttpAnswer, HttpExchange, HttpHop, RunRequest } from './sandbox.ts';

type Answer = Extract<ToRunner, { type: 'answer' }>;

/** A request that goes on. */
interface Open {
  readonly call: WireRequest;
  readonly abort: AbortController;
  readonly startedAt: Date;
  /** Since the run began. */
  readonly startedMs: number;
  readonly redirects: HttpHop[];
  waitedMs: number | null;
}

/** Makes the requests of one run on its behalf, counts them, and gives them up when the run ends. */
export const createRequests = (
  request: Pick<RunRequest, 'limits' | 'network' | 'mocks' | 'answers' | 'onHttp'>,
  http: HttpClient,
  redactor: Redactor,
  /** When the run began, by `performance.now()`. */
  began: number,
  /** `at`: when the answer arrives, ms since the run began; null: never. */
  reply: (request: number, answer: Answer['answer'], at: number | null) => void,
) => {
  const open = new Map<number, Open>();
  const mocks = request.mocks === undefined ? null : createMocks(request.mocks);
  let made = 0;
  const since = (): number => performance.now() - began;

  /** A body as it is told of: a secret goes from bytes as well. */
  const bodyShown = (body: WireBody | null): WireBody | null => {
    if (body === null || 'text' in body) return redactor.json(body) as WireBody | null;
    const bytes = Buffer.from(body.base64, 'base64').toString('latin1');
    return { base64: Buffer.from(redactor.text(bytes), 'latin1').toString('base64') };
  };
  const callShown = ({ method, url, body }: WireRequest) => ({
    method,
    url: redactor.text(url),
    requestBody: bodyShown(body),
  });

  const given = (call: WireRequest, answers: (call: ReturnType<typeof callShown>) => HttpAnswer) => {
    const answer = answers(callShown(call));
    if ('response' in answer) return { at: answer.at, response: answer.response as WireResponse };
    throw new Known(answer.error, answer.at);
  };

  const perform = async (call: WireRequest, going: Open): Promise<{ response: WireResponse; at: number | null }> => {
    made += 1;
    const { requests, responseBytes } = request.limits;
    if (made > requests) throw new NetworkRefusal(limitMessages.requests(requests), 'RequestLimitError');
    if (request.answers !== undefined) return given(call, request.answers);
    if (mocks !== null) return { response: await mocks(call, going.abort.signal), at: since() };
    const response = await http.request(call, {
      policy: request.network,
      responseBytes,
      signal: going.abort.signal,
      onAnswer({ location, ...answer }) {
        going.waitedMs = since() - going.startedMs;
        if (location === null) return;
        going.redirects.push({ ...answer, location, endedMs: going.waitedMs });
      },
    });
    return { response, at: since() };
  };

  const report = (going: Open, response: WireResponse | null, error: string | null, at: number, unanswered = false) => {
    if (request.onHttp === undefined) return;
    const { call, startedAt, startedMs, waitedMs } = going;
    const body = response === null ? null : bodyShown(response.body);
    const shown = redactor.json({
      requestHeaders: call.headers,
      response: response === null ? null : { ...response, body: null },
      error,
      redirects: going.redirects,
    }) as Pick<HttpExchange, 'requestHeaders' | 'error' | 'redirects'> & { response: object | null };
    request.onHttp({
      ...callShown(call),
      ...shown,
      response: shown.response === null ? null : ({ ...shown.response, body } as HttpExchange['response']),
      unanswered,
      startedAt,
      startedMs,
      waitedMs,
      durationMs: at - startedMs,
    });
  };

  return {
    async start(id: number, call: WireRequest): Promise<void> {
      const abort = new AbortController();
      const going: Open = { call, abort, startedAt: new Date(), startedMs: since(), redirects: [], waitedMs: null };
      open.set(id, going);
      let answer: WireAnswer;
      let at: number | null;
      try {
        const done = await perform(call, going);
        if (!open.has(id)) return;
        // Whole milliseconds: what is told and what is kept for a replay must be the same.
        at = done.at === null ? null : Math.round(done.at);
        answer = { ok: true, response: done.response };
        report(going, done.response, null, at ?? since());
      } catch (error) {
        if (!(error instanceof NetworkRefusal)) throw error;
        if (!open.has(id)) return;
        at = error instanceof Known ? error.at : Math.round(since());
        answer = { ok: false, error: { class: error.name, message: redactor.text(error.message) } };
        report(going, null, error.message, at ?? since());
      } finally {
        open.delete(id);
      }
      reply(id, answer, at);
    },
    abort(id: number): void {
      open.get(id)?.abort.abort();
    },
    /** Gives up what goes on; each is told of as a request without an answer. */
    end(): void {
      const left = [...open.values()];
      open.clear();
      for (const going of left) {
        report(going, null, 'The run ended before an answer came.', Math.round(since()), true);
        going.abort.abort();
      }
    },
  };
};

/** A failure that was known beforehand, with its time. */
class Known extends NetworkRefusal {
  readonly at: number | null;
  constructor(message: string, at: number | null) {
    super(message);
    this.at = at;
  }
}
