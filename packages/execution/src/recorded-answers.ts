import type { HttpAnswer, HttpCall, HttpExchange } from '@ratchet/sandbox/sandbox';
import type { RecordedEntry, RecordedHar } from './har.ts';
import { recordedUrl } from './shown-url.ts';

/** One recorded request: the answers that sent it on, and its end. */
interface Recorded {
  readonly asked: RecordedEntry;
  readonly end: RecordedEntry;
  used: boolean;
}

const bodyText = (body: HttpExchange['requestBody']): string =>
  body === null ? '' : 'text' in body ? `text ${body.text}` : `base64 ${body.base64}`;
const recordedBody = ({ request: { postData } }: RecordedEntry): string => {
  if (postData === undefined) return '';
  const encoding = (postData as { _encoding?: string })._encoding === 'base64' ? 'base64' : 'text';
  return `${encoding} ${postData.text ?? ''}`;
};
const matches = ({ asked }: Recorded, call: HttpCall): boolean =>
  asked.request.method === call.method &&
  asked.request.url === recordedUrl(call.url) &&
  recordedBody(asked) === bodyText(call.requestBody);

const answerOf = ({ asked, end }: Recorded): HttpAnswer => {
  const at = end._unanswered ? null : Math.round(end._endedMs);
  if (end._error !== undefined) return { at, error: end._error };
  const { status, statusText, headers, content } = end.response;
  const text = content.text ?? '';
  return {
    at,
    response: {
      status,
      statusText,
      url: end.request.url,
      redirected: end !== asked,
      headers: headers.map(({ name, value }) => [name, value] as const),
      body: content.encoding === 'base64' ? { base64: text } : { text },
    },
  };
};

/**
 * Answers requests as a recording says: by method, address and body, each recorded answer once and in the order they were
 * asked for. Addresses and bodies are compared without their secrets. A request that the recording does not have fails, and says so.
 */
export const answersFrom = ({ log }: RecordedHar): ((call: HttpCall) => HttpAnswer) => {
  const byNumber = new Map<number, Recorded>();
  for (const entry of log.entries) {
    const begun = byNumber.get(entry._exchange);
    byNumber.set(entry._exchange, { asked: begun?.asked ?? entry, end: entry, used: false });
  }
  // The archive has them in the order in which they ended; they are asked for in the order in which they began.
  const recorded = [...byNumber.values()].sort((a, b) => a.asked._startedMs - b.asked._startedMs);
  let latest = 0;
  return (call) => {
    const found = recorded.find((one) => !one.used && matches(one, call));
    if (found === undefined) {
      const again = recorded.some((one) => matches(one, call));
      const why = again
        ? 'The recording answers it less often than it is asked for.'
        : `The recording does not have this request; it has ${list(recorded)}.`;
      const error = `The replay makes no requests, and ${call.method} ${recordedUrl(call.url)} cannot be answered: ${why}`;
      return { at: latest, error };
    }
    found.used = true;
    const answer = answerOf(found);
    latest = Math.max(latest, answer.at ?? 0);
    return answer;
  };
};

const list = (recorded: readonly Recorded[]): string => {
  const names = recorded.slice(0, 5).map(({ asked: { request } }) => `${request.method} ${request.url}`);
  const more = recorded.length > names.length ? ` and ${recorded.length - names.length} more` : '';
  return names.length === 0 ? 'none' : `${names.join(', ')}${more}`;
};
