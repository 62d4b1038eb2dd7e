const url = '{{url}}';
const timeField = '{{time_field}}';
const maxAgeMs = '{{max_age_hours}}' * 3_600_000;

/** Answers the objects of the list that are older than allowed. It may run twice at one time without harm. */
export default async function main({ now, dryRun = false }, context) {
  const at = now === undefined ? Date.now() : Date.parse(now);
  const answer = await fetch(url, { headers: { accept: 'application/json' }, signal: context.signal });
  if (!answer.ok) throw new HttpError(`The list could not be had: ${answer.status}.`);
  const list = await answer.json();
  if (!Array.isArray(list)) throw new DataError('The answer is no list.');

  const overdue = [];
  let unreadable = 0;
  for (const [i, item] of list.entries()) {
    const time = Date.parse(String(item?.[timeField]));
    if (Number.isNaN(time)) unreadable += 1;
    else if (at - time > maxAgeMs) overdue.push(item);
    if (i % 100 === 0) context.progress(i / list.length);
  }
  if (!dryRun) for (const item of overdue) await report(item, context);
  const summary = `${overdue.length} of ${list.length} are overdue.`;
  context.log.info(summary);
  return { checked: list.length, overdue, unreadable, summary };
}

/** What is done about each goes here. */
async function report(item, context) {
  context.log.warn('Overdue.', item);
}
