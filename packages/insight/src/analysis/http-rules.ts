import { type Failure, type Finding, place, type Rule } from './facts.ts';

const errorStatus: Readonly<Record<string, number>> = {
  AuthenticationError: 401,
  AuthorizationError: 403,
  RateLimitError: 429,
};
const answerErrors = new Set([...Object.keys(errorStatus), 'ServiceUnavailableError', 'HttpError']);

interface Answer {
  readonly status: number;
  /** The request, for a sentence. */
  readonly asked: string;
  readonly host: string;
  readonly retryAfter: string | null;
}

/** The answer that an error is about: its own details, else, for an error that the code made itself, the last request. */
function answerOf({ error, lastRequest }: Failure): Answer | null {
  const details = (typeof error.details === 'object' && error.details !== null ? error.details : {}) as Record<
    string,
    unknown
  >;
  const own = typeof details.status === 'number' ? details.status : (errorStatus[error.class] ?? null);
  if (answerErrors.has(error.class)) {
    const told = /\((\w+) (\S+)\)$/.exec(error.message);
    const url = told?.[2] ?? lastRequest?.url ?? '';
    const headers = details.headers as Record<string, unknown> | undefined;
    const status = own ?? lastRequest?.status ?? null;
    if (status === null) return null;
    return {
      status,
      asked: url === '' ? 'The request' : `${told?.[1] ?? lastRequest?.method ?? 'GET'} ${url}`,
      host: URL.parse(url)?.host ?? lastRequest?.host ?? 'the server',
      retryAfter: typeof headers?.['retry-after'] === 'string' ? headers['retry-after'] : null,
    };
  }
  const status = lastRequest?.status ?? null;
  if (lastRequest === null || status === null || status < 400) return null;
  // The code made an error of its own of what it was answered, if that error says so.
  const says =
    new RegExp(`\\b${status}\\b`).test(error.message) ||
    /\b(http|status|response|request failed|unauthori[sz]ed|forbidden)\b/i.test(error.message);
  if (!says) return null;
  return { status, asked: `${lastRequest.method} ${lastRequest.url}`, host: lastRequest.host, retryAfter: null };
}

const findings: readonly (readonly [(status: number) => boolean, (answer: Answer, failure: Failure) => Finding])[] = [
  [
    (status) => status === 401,
    ({ asked, host }) => ({
      category: 'authentication',
      likelyCause: `${asked} was answered 401: ${host} does not accept the credential that the task sent, or it sent none.`,
      suggestions: [
        `Check the secret that the task sends to ${host}: it may have expired or been revoked. Store the new value with PATCH /secrets/{id}.`,
        'See that the secret is granted to this task and read as context.secrets.<name>.',
        `See how ${host} wants the credential: as "Authorization: Bearer …", "Basic …" or a header of its own.`,
      ],
    }),
  ],
  [
    (status) => status === 403,
    ({ asked, host }) => ({
      category: 'authorization',
      likelyCause: `${asked} was answered 403: ${host} knows the credential and does not allow it to do this.`,
      suggestions: [
        `Give the account or token the right or scope that ${asked} needs at ${host}, or use another secret.`,
        `See whether ${host} refuses the address of this server.`,
      ],
    }),
  ],
  [
    (status) => status === 429,
    ({ asked, host, retryAfter }) => ({
      category: 'rate_limit',
      likelyCause: `${asked} was answered 429: ${host} takes fewer requests than it was sent.`,
      suggestions: [
        retryAfter === null
          ? `Wait and run it again; as a job with maxRetries and retryBackoffMs it does so by itself.`
          : `Wait ${/^\d+$/.test(retryAfter) ? `${retryAfter} seconds` : `until ${retryAfter}`} and run it again, as ${host} asks (retry-after).`,
        'Catch RateLimitError in the task and wait before the next request.',
        `Run fewer tasks at once against ${host}.`,
      ],
    }),
  ],
  [
    (status) => status >= 500,
    ({ asked, host, status }) => ({
      category: 'service',
      likelyCause: `${asked} was answered ${status}: ${host} has a fault of its own.`,
      suggestions: [
        'Run it again later; as a job with maxRetries it does so by itself.',
        `See whether ${host} reports an outage.`,
        'See in the error’s details what it answered: some services answer 500 to an input that they cannot take.',
      ],
    }),
  ],
  [
    (status) => status === 404 || status === 410,
    ({ asked, host, status }, failure) => ({
      category: 'not_found',
      likelyCause: `${asked} was answered ${status}: ${host} has nothing at this address.`,
      suggestions: [
        `Check the address that is put together${place(failure)}: a part of it may be empty or "undefined".`,
        'Some services answer 404 to a credential that may not see the thing: check its rights.',
      ],
    }),
  ],
  [
    (status) => status === 400 || status === 422 || status === 415,
    ({ asked, host, status }, failure) => ({
      category: 'request',
      likelyCause: `${asked} was answered ${status}: ${host} does not take what the task sent.`,
      suggestions: [
        'Read what the server answered: it is in the error’s details, under body.',
        `Check the body, the parameters and the content-type of the request${place(failure)}.`,
      ],
    }),
  ],
  [
    () => true,
    ({ asked, host, status }, failure) => ({
      category: 'http',
      likelyCause: `${asked} was answered ${status}: ${host} refuses the request.`,
      suggestions: [
        'Read what the server answered: it is in the error’s details, under body.',
        `Check the request${place(failure)}.`,
      ],
    }),
  ],
];

/** Errors about what a server answered. */
export const answered: Rule = (failure) => {
  const answer = answerOf(failure);
  return answer && (findings.find(([fits]) => fits(answer.status))?.[1](answer, failure) ?? null);
};
