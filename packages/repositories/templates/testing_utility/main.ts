interface Check {
  name: string;
  path?: string;
  method?: string;
  status?: number;
  contains?: string;
}
interface Result {
  name: string;
  passed: boolean;
  status: number | null;
  problems: string[];
}
interface Output {
  passed: number;
  failed: number;
  results: Result[];
}
interface Context {
  progress(progress: number, message?: string): void;
}
declare const ValidationError: new (message: string) => Error;

const baseUrl: string = '{{base_url}}';
const usualStatus: number = '{{expect_status}}';
/** Fail the run when a check fails. */
const fail: boolean = '{{fail}}';

/** Carries out every check, one after another, and answers what became of each. */
export default async function main({ checks }: { checks: Check[] }, context: Context): Promise<Output> {
  const results: Result[] = [];
  for (const [i, check] of checks.entries()) {
    context.progress(i / checks.length, check.name);
    results.push(await carryOut(check));
  }
  const failed = results.filter((result) => !result.passed);
  if (fail && failed.length > 0) throw new ValidationError(`Failed: ${failed.map(({ name }) => name).join(', ')}`);
  return { passed: results.length - failed.length, failed: failed.length, results };
}

async function carryOut({ name, path = '', method = 'GET', status = usualStatus, contains }: Check): Promise<Result> {
  const problems: string[] = [];
  let answer: Response | null = null;
  try {
    answer = await fetch(new URL(path, baseUrl).href, { method, redirect: 'manual' });
    const body = await answer.text();
    if (answer.status !== status) problems.push(`The status is ${answer.status}, not ${status}.`);
    if (contains !== undefined && !body.includes(contains))
      problems.push(`The body has no ${JSON.stringify(contains)}.`);
  } catch (error) {
    problems.push(`It did not answer: ${(error as Error).message}`);
  }
  return { name, passed: problems.length === 0, status: answer?.status ?? null, problems };
}
