const baseUrl = '{{base_url}}';
const usualStatus = '{{expect_status}}';
/** Fail the run when a check fails. */
const fail = '{{fail}}';

/** Carries out every check, one after another, and answers what became of each. */
export default async function main({ checks }, context) {
  const results = [];
  for (const [i, check] of checks.entries()) {
    context.progress(i / checks.length, check.name);
    results.push(await carryOut(check));
  }
  const failed = results.filter((result) => !result.passed);
  if (fail && failed.length > 0) throw new ValidationError(`Failed: ${failed.map(({ name }) => name).join(', ')}`);
  return { passed: results.length - failed.length, failed: failed.length, results };
}

async function carryOut({ name, path = '', method = 'GET', status = usualStatus, contains }) {
  const problems = [];
  let answer = null;
  try {
    answer = await fetch(new URL(path, baseUrl).href, { method, redirect: 'manual' });
    const body = await answer.text();
    if (answer.status !== status) problems.push(`The status is ${answer.status}, not ${status}.`);
    if (contains !== undefined && !body.includes(contains))
      problems.push(`The body has no ${JSON.stringify(contains)}.`);
  } catch (error) {
    problems.push(`It did not answer: ${error.message}`);
  }
  return { name, passed: problems.length === 0, status: answer?.status ?? null, problems };
}
