import type { Failure, Finding, Rule } from './facts.ts';
import { place } from './facts.ts';

const seconds = (ms: number): string => (ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms)} ms`);
const limitOf = (message: string): string => {
  const ms = Number(/(\d+) ms/.exec(message)?.[1]);
  return Number.isFinite(ms) ? seconds(ms) : 'its time';
};

/** Where the time of a run went that had not enough of it. */
function outOfTime({ error, spans }: Failure): Finding {
  const limit = limitOf(error.message);
  const run = spans.find((span) => span.kind === 'run');
  const requests = spans.filter((span) => span.kind === 'http');
  const asking = requests.reduce((sum, span) => sum + span.durationMs, 0);
  const [longest] = [...requests].sort((a, b) => b.durationMs - a.durationMs);
  const more =
    'Give it more time: "timeout" in the metadata (milliseconds), or timeoutMs of the run; the server has a cap.';
  if (longest !== undefined && run !== undefined && asking >= run.durationMs / 2) {
    const { method, url } = longest.attributes;
    const open = longest.attributes.status === null ? ' and was not answered' : '';
    return {
      category: 'timeout',
      likelyCause: `It ran into its limit of ${limit}, most of which went to ${requests.length === 1 ? 'a request' : `${requests.length} requests`}: ${method} ${url} took ${seconds(longest.durationMs)}${open}.`,
      suggestions: [
        `Bound the request: fetch(url, { signal: AbortSignal.timeout(ms) }), and decide what to do without its answer.`,
        requests.length > 3
          ? 'Ask for several things at once (Promise.all), or for more in one request.'
          : `See why ${method} ${url} is slow.`,
        more,
      ],
    };
  }
  return {
    category: 'timeout',
    likelyCause: `It ran into its limit of ${limit}, and ${requests.length === 0 ? 'made no requests' : `its requests took only ${seconds(asking)} of it`}: the code itself took the time, or waits for something that never comes.`,
    suggestions: [
      'Run it with profile: true and look at the flame graph in its trace: it shows the functions that take the time.',
      'Look for a loop that does not end, or a promise that is never settled.',
      more,
    ],
  };
}

const limits: Readonly<Record<string, (failure: Failure) => Finding>> = {
  CpuLimitError: ({ error }) => ({
    category: 'timeout',
    likelyCause: `The code used all of its processor time (${limitOf(error.message)}): it computes without end, or too much.`,
    suggestions: [
      'Run it with profile: true and look at the flame graph in its trace.',
      'Look for a loop that does not end.',
    ],
  }),
  MemoryLimitError: ({ error, metadata }) => {
    const limit = /(\d+) MB/.exec(error.message)?.[1];
    const asked = metadata.memory_limit;
    return {
      category: 'memory',
      likelyCause: `The code used more memory than it may${limit === undefined ? '' : ` (${limit} MB)`}.`,
      suggestions: [
        'Work through the data in pieces (pages, lines) and keep only what is needed.',
        'Look for a list or a text that grows in a loop without end.',
        typeof asked === 'number'
          ? `Its metadata asks for ${asked} MB ("memory_limit"): ask for more, up to the server's cap.`
          : 'Ask for more with "memory_limit" (megabytes) in the metadata, up to the server’s cap.',
      ],
    };
  },
  OutputLimitError: () => ({
    category: 'output',
    likelyCause: 'What the task answers is larger, or nested deeper, than an output may be.',
    suggestions: [
      'Answer a summary, or an address where the data is, in place of the data itself.',
      'Deliver large data with a request of the task’s own.',
    ],
  }),
  OutputError: ({ error }) => ({
    category: 'output',
    likelyCause: /circular/i.test(error.message)
      ? 'What the task answers refers to itself, so it cannot be written as JSON.'
      : `What the task answers cannot be written as JSON: ${error.message.replace(/^The output cannot be written as JSON: /, '')}`,
    suggestions: [
      'Answer plain data: texts, numbers, lists and objects. Turn a BigInt into a text, a Map into an object.',
    ],
  }),
  RunnerCrashed: () => ({
    category: 'server',
    likelyCause: 'The process that ran the task ended in the middle, which no task should be able to cause.',
    suggestions: ['Run it again.', 'If it happens again, look into the server’s log, and report it with the task.'],
  }),
  SandboxError: () => ({
    category: 'server',
    likelyCause: 'The server could not run the task; the fault is not the task’s.',
    suggestions: ['Look into the server’s log, then run it again.'],
  }),
  NodeLost: () => ({
    category: 'server',
    likelyCause: 'The server that ran it stopped in the middle, several times.',
    suggestions: ['See why the server stops: its log, and the memory of the machine.', 'Run it again.'],
  }),
};
const ended = new Set(['Cancelled', 'CancelledError', 'HandedBack']);

/** Runs that a limit, the server or a person ended. */
export const limited: Rule = (failure) => {
  const { error, execution } = failure;
  if (ended.has(error.class))
    return {
      category: 'cancelled',
      likelyCause:
        error.class === 'HandedBack'
          ? 'The server was stopped; the job it belongs to runs again.'
          : 'Somebody cancelled it.',
      suggestions:
        error.class === 'HandedBack'
          ? ['Look at its job for the next attempt.']
          : ['Run it again if it was not meant.'],
    };
  if (execution.status === 'timed_out' && error.class === 'TimeoutError') return outOfTime(failure);
  if (error.class === 'TimeoutError')
    return {
      category: 'timeout',
      likelyCause: 'Something that the code gave a time took longer, most likely a request with AbortSignal.timeout.',
      suggestions: [
        failure.lastRequest === null
          ? `Give it more time${place(failure)}, or handle the error.`
          : `${failure.lastRequest.method} ${failure.lastRequest.url} took ${seconds(failure.lastRequest.durationMs)}: give it more time${place(failure)}, or handle the error.`,
      ],
    };
  return Object.hasOwn(limits, error.class) ? (limits[error.class]?.(failure) ?? null) : null;
};
