import type { TestReport } from '@ratchet/contract/entities/task';
import type { HttpExchange } from '@ratchet/sandbox/sandbox';
import type { TaskTestReport, TaskTestResult } from '@ratchet/sandbox/task-tests';
import type * as z from 'zod';

type Report = z.output<typeof TestReport>;
type Result = Report['results'][number];

const mostBody = 2000;

/** What the tests of a task did, as clients see it. */
export const testReport = ({ passed, failed, skipped, results }: TaskTestReport): Report => ({
  passed,
  failed,
  skipped,
  results: results.map(resultView),
});

function resultView({ logs, http, expected, actual, ...result }: TaskTestResult): Result {
  return {
    ...result,
    ...(expected === undefined ? {} : { expected: expected as Result['expected'] }),
    ...(actual === undefined ? {} : { actual: actual as Result['actual'] }),
    ...(logs === undefined
      ? {}
      : {
          logs: logs.map(({ level, message, data, time }) => ({
            level,
            message,
            ...(data === undefined ? {} : { data: data as Result['actual'] }),
            time: time.toISOString(),
          })),
        }),
    ...(http === undefined ? {} : { http: http.map(exchangeView) }),
  };
}

const exchangeView = ({ method, url, requestBody, response, error, durationMs }: HttpExchange) => ({
  method,
  url,
  status: response?.status ?? null,
  error,
  requestBody: bodyText(requestBody),
  responseBody: bodyText(response?.body ?? null),
  durationMs,
});

const bodyText = (body: HttpExchange['requestBody']): string | null => {
  if (body === null) return null;
  const text = 'text' in body ? body.text : `base64:${body.base64}`;
  return text.length > mostBody ? `${text.slice(0, mostBody)}…` : text;
};
