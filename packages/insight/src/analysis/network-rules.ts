import { allowList, type Failure, type Finding, place, type Rule } from './facts.ts';

type Reading = (found: RegExpExecArray, failure: Failure) => Finding;
const network = (likelyCause: string, suggestions: readonly string[], category = 'network'): Finding => ({
  category,
  likelyCause,
  suggestions,
});

/** What the sandbox and the network say, and what it means. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [
    /^(\S+) is not in the task's network\.allow list/,
    ([, host = ''], failure) => {
      const list = [...(allowList(failure) ?? []), host.replace(/:(?:80|443)$/, '')];
      return network(
        `The task's metadata lets it reach only certain hosts, and ${host} is not one of them.`,
        [
          `Add it to the metadata: "network": { "allow": ${JSON.stringify(list)} }.`,
          `If the task is not meant to reach ${host}, see where the address comes from${place(failure)}: it may be input, or a redirect.`,
        ],
        'network_policy',
      );
    },
  ],
  [
    /^(\S+) is a (\S+) address; a task can reach public addresses only/,
    ([, host = '', range = '']) =>
      network(
        `${host} is a ${range} address, and the server lets tasks reach public addresses only.`,
        [
          `Have the server's configuration allow it: RATCHET_EXECUTION_ALLOW_PRIVATE=${host}.`,
          'Use the public address of the service, if it has one.',
        ],
        'network_policy',
      ),
  ],
  [
    /^A task may make (\d+) requests in one execution/,
    ([, most = '']) =>
      network(
        `The task made more than ${most} requests, which is the most for one execution.`,
        [
          'Ask for larger pages, or for many things in one request.',
          'Split the work over several executions, as a batch or as jobs.',
          'See in the trace whether it asks for the same thing again and again.',
        ],
        'limit',
      ),
  ],
  [
    /^The replay makes no requests, and (\S+ \S+) cannot be answered/,
    ([, asked = '']) =>
      network(
        `The replay asked for ${asked}, which the recorded run did not, or not as often.`,
        [
          'The code, or what it is given, has changed since: replay without "current" to run the code that was recorded.',
          'Record a new execution of the task as it is now, and replay that.',
        ],
        'replay',
      ),
  ],
  [
    /^The recorded run ended before it was answered/,
    () =>
      network(
        'The replay waits for a request that the recorded run had sent and not been answered when it ended.',
        ['Record a new execution of the task as it is now, and replay that.'],
        'replay',
      ),
  ],
  [
    /^No mock answers (\S+ \S+)\./,
    ([, asked = '']) =>
      network(`No mock of the test answers ${asked}.`, ['Add a mock for it to the test file.'], 'test'),
  ],
  [
    /^The request to (\S+) failed: (ENOTFOUND|EAI_AGAIN|EAI_NODATA)\./,
    ([, host = ''], failure) =>
      network(`The name ${host} could not be resolved.`, [
        `Check the host name in the address${place(failure)}.`,
        'If it is a name of your own network, see that this server uses the name server that knows it.',
      ]),
  ],
  [
    /^The request to (\S+) failed: ECONNREFUSED\./,
    ([, host = '']) =>
      network(`Nothing takes connections at ${host}.`, [
        `See that the service at ${host} runs, and that the port is right.`,
        'Run it again when it is up; as a job with maxRetries it does so by itself.',
      ]),
  ],
  [
    /^The request to (\S+) failed: (\w*TIMEOUT\w*|ETIMEDOUT)\./,
    ([, host = '']) =>
      network(`${host} did not answer in time.`, [
        `See whether ${host} can be reached from this server: a firewall may drop the connection.`,
        'Run it again later; as a job with maxRetries it does so by itself.',
      ]),
  ],
  [
    /^The request to (\S+) failed: (\S*(?:CERT|SSL|TLS|SIGNATURE|ISSUER)\S*)\./,
    ([, host = '', code = '']) =>
      network(`The certificate of ${host} is not trusted (${code}).`, [
        `Renew the certificate of ${host}, or have it send the whole chain.`,
        'If an authority of your own signed it, have the server trust that authority (NODE_EXTRA_CA_CERTS).',
      ]),
  ],
  [
    /^The response is larger than (\d+) bytes/,
    ([, most = '']) =>
      network(
        `An answer had more than ${most} bytes, which is the most for one response.`,
        ['Ask for less: a page, a range, or only the fields that are needed.'],
        'limit',
      ),
  ],
  [
    /^The request was aborted\./,
    () =>
      network(
        'The request was given up before its answer came.',
        ['See in the trace how long the request took, and give its AbortSignal more time.'],
        'timeout',
      ),
  ],
  [
    /redirects? (?:more than|to an address)|redirects, which/,
    (_found, failure) =>
      network('The server sends the request on in a way that it is not followed.', [
        `Use the final address${place(failure)}, or redirect: "manual" to see where it is sent.`,
      ]),
  ],
  [
    /An address may not hold a user name or password/,
    (_found, failure) =>
      network(
        'The address has a user name or password in it.',
        [
          `Take it out of the address${place(failure)} and send an Authorization header, with the value from context.secrets.`,
        ],
        'request',
      ),
  ],
  [
    /^The request to (\S+) failed: (\S+)\./,
    ([, host = '', code = '']) =>
      network(`The connection to ${host} broke off (${code}).`, [
        'Run it again; as a job with maxRetries it does so by itself.',
        `See whether ${host}, or a proxy on the way, closes connections.`,
      ]),
  ],
];

const classes = new Set(['NetworkError', 'RequestLimitError', 'ResponseLimitError']);

/** Requests that came to no answer. */
export const unreachable: Rule = (failure) => {
  if (!classes.has(failure.error.class)) return null;
  for (const [pattern, read] of readings) {
    const found = pattern.exec(failure.error.message);
    if (found !== null) return read(found, failure);
  }
  return network(`A request could not be made: ${failure.error.message}`, [`Check the request${place(failure)}.`]);
};
