import { EndpointError } from '../problem.ts';

/** How long a forge may take for one answer. */
export const forgeTimeoutMs = 30_000;

const words: Readonly<Record<number, [EndpointError['code'], string, boolean]>> = {
  401: ['unauthenticated', 'does not accept the credential. Give the repository a valid one.', false],
  403: ['denied', 'does not let this credential do that. It needs the right to write pull requests.', false],
  404: ['not_found', 'has no such repository, or the credential may not see it.', false],
  429: ['busy', 'asks to be left alone for a while.', true],
};

/**
 * What a forge's refusal means. `said`: the forge's own words, safe to show. An EndpointError among the causes is what
 * whoever sends requests has to say, and stays as it is.
 */
export function forgeError(forge: string, status: number | null, said: string, cause?: unknown): EndpointError {
  for (let at = cause; at instanceof Error; at = at.cause) if (at instanceof EndpointError) return at;
  const options = cause === undefined ? {} : { cause };
  if (status === null)
    return new EndpointError('unreachable', `${forge} does not answer: ${oneLine(said)}`, true, options);
  const meaning = words[status];
  const shown = said === '' ? '' : ` It says: ${oneLine(said)}`;
  if (meaning) return new EndpointError(meaning[0], `${forge} ${meaning[1]}${shown}`, meaning[2], options);
  if (status >= 500) return new EndpointError('unreachable', `${forge} answers ${status}.${shown}`, true, options);
  return new EndpointError('misconfigured', `${forge} refuses the pull request (${status}).${shown}`, false, options);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 500);
