/**
 * Calls an API until it answers. Pauses double and carry jitter, so that many callers do not come back at once; a
 * refusal that no retry can mend ends it at once.
 */
export default async function main(input, context) {
  const { url, attempts = 4, baseDelayMs = 200, retryOn = [429, 500, 502, 503, 504] } = input;
  let waitedMs = 0;
  let last = 'no answer';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) {
      const delay = baseDelayMs * 2 ** (attempt - 2) * (0.5 + Math.random());
      context.log.info(`attempt ${attempt} in ${Math.round(delay)} ms`, { last });
      await new Promise((resolve) => setTimeout(resolve, delay));
      waitedMs += delay;
    }
    context.progress(attempt / attempts);
    try {
      const response = await fetch(url, { signal: context.signal });
      const text = await response.text();
      if (response.ok) return { status: response.status, body: parsed(text), attempts: attempt, waitedMs: Math.round(waitedMs) };
      last = `status ${response.status}`;
      if (!retryOn.includes(response.status)) throw new HttpError(`The API refused: ${last}.`);
    } catch (error) {
      if (error instanceof HttpError || context.signal.aborted) throw error;
      last = error.message;
    }
  }
  throw new ServiceUnavailableError(`${url} gave no good answer after ${attempts} attempts: ${last}.`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
