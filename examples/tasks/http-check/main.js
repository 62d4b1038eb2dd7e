/**
 * Asks one URL and judges the answer. Raises an alert only after `failureThreshold` failures in a row, so that one lost
 * packet wakes nobody up. The caller keeps `consecutiveFailures` between runs and hands it back.
 */
export default async function main(input, context) {
  const {
    url,
    method = 'GET',
    headers = {},
    expectedStatus = [200],
    mustContain = [],
    maxLatencyMs = 5000,
    failureThreshold = 3,
    consecutiveFailures = 0,
  } = input;

  const started = Date.now();
  const answer = await ask(url, { method, headers, redirect: 'follow' }, context.signal);
  const latencyMs = Date.now() - started;

  const checks = [{ name: 'reachable', ok: answer.error === null, message: answer.error ?? 'The server answered.' }];
  if (answer.error === null) {
    checks.push({
      name: 'status',
      ok: expectedStatus.includes(answer.status),
      message: `Status ${answer.status}, expected ${expectedStatus.join(' or ')}.`,
    });
    checks.push({
      name: 'latency',
      ok: latencyMs <= maxLatencyMs,
      message: `${latencyMs} ms, at most ${maxLatencyMs} ms.`,
    });
    for (const text of mustContain) {
      const found = answer.body.includes(text);
      checks.push({
        name: 'content',
        ok: found,
        message: `${JSON.stringify(text)} is ${found ? '' : 'not '}in the answer.`,
      });
    }
  }

  const healthy = checks.every((check) => check.ok);
  const failures = healthy ? 0 : consecutiveFailures + 1;
  const alert = failures >= failureThreshold;
  const failed = checks.filter((check) => !check.ok).map((check) => check.message);
  if (alert) context.log.error(`${url} failed ${failures} times in a row`, { failed });
  else if (!healthy) context.log.warn(`${url} failed ${failures} of ${failureThreshold} times`, { failed });

  return {
    url,
    healthy,
    alert,
    recovered: healthy && consecutiveFailures >= failureThreshold,
    consecutiveFailures: failures,
    status: answer.status,
    latencyMs,
    checks,
  };
}

/** An unreachable server is a result here, not an error of the task. */
async function ask(url, options, signal) {
  try {
    const response = await fetch(url, { ...options, signal });
    return { status: response.status, body: await response.text(), error: null };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { status: null, body: '', error: `No answer: ${error.message}` };
  }
}
