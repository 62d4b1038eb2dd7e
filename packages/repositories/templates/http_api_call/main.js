const url = '{{url}}';
const method = '{{method}}';
/** The secret with the bearer token; empty: none is sent. */
const tokenSecret = '{{secret}}';
const retries = '{{retries}}';
const timeoutMs = '{{timeout_seconds}}' * 1000;

/** Calls the API. Answers `{ status, tries, data }`; throws HttpError when it refuses. */
export default async function main(input, context) {
  const headers = { accept: 'application/json' };
  if (tokenSecret) {
    const token = context.secrets[tokenSecret];
    if (!token) throw new ConfigurationError(`The task is not granted the secret ${tokenSecret}.`);
    headers.authorization = `Bearer ${token}`;
  }
  const target = new URL(url);
  for (const [name, value] of Object.entries(input.query ?? {})) target.searchParams.set(name, String(value));
  const body = input.body === undefined || method === 'GET' ? undefined : JSON.stringify(input.body);
  if (body !== undefined) headers['content-type'] = 'application/json';

  for (let tries = 1; ; tries += 1) {
    const answer = await attempt(target.href, { method, headers, body });
    if (answer instanceof Error || answer.status === 429 || answer.status >= 500) {
      const why = answer instanceof Error ? answer.message : `status ${answer.status}`;
      if (tries <= retries) {
        context.log.warn(`Try ${tries} failed (${why}); another one follows.`);
        await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries));
        continue;
      }
      if (answer instanceof Error) throw answer;
    }
    const text = await answer.text();
    if (!answer.ok) throw new HttpError(`The API answered ${answer.status}: ${text.slice(0, 500)}`);
    return { status: answer.status, tries, data: parsed(text) };
  }
}

/** One try: the answer, or the error that kept it from coming. */
async function attempt(address, request) {
  try {
    return await fetch(address, { ...request, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
