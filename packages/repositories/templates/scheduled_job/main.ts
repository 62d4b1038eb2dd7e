type Item = Record<string, unknown>;
interface Input {
  now?: string;
  dryRun?: boolean;
}
interface Output {
  checked: number;
  overdue: Item[];
  unreadable: number;
  summary: string;
}
interface Context {
  signal: AbortSignal;
  progress(progress: number): void;
  log: { info(message: string): void; warn(message: string, data?: unknown): void };
}
declare const DataError: new (message: string) => Error;
declare const HttpError: new (message: string) => Error;

const url: string = '{{url}}';
const timeField: string = '{{time_field}}';
const maxAgeMs: number = '{{max_age_hours}}' * 3_600_000;

/** Answers the objects of the list that are older than allowed. It may run twice at one time without harm. */
export default async function main({ now, dryRun = false }: Input, context: Context): Promise<Output> {
  const at = now === undefined ? Date.now() : Date.parse(now);
  const answer = await fetch(url, { headers: { accept: 'application/json' }, signal: context.signal });
  if (!answer.ok) throw new HttpError(`The list could not be had: ${answer.status}.`);
  const list: unknown = await answer.json();
  if (!Array.isArray(list)) throw new DataError('The answer is no list.');

  const overdue: Item[] = [];
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
async function report(item: Item, context: Context): Promise<void> {
  context.log.warn('Overdue.', item);
}
