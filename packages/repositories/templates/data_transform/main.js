const fields = '{{fields}}';
const key = '{{key}}';
const descending = '{{descending}}';

/** Answers the records with the wanted fields only, cleaned, without duplicates, in order of the key. */
export default function main({ records }, context) {
  const seen = new Map();
  const dropped = { duplicates: 0, withoutKey: 0 };
  for (const record of records) {
    const id = clean(own(record, key));
    if (id === undefined || id === null) dropped.withoutKey += 1;
    else if (seen.has(id)) dropped.duplicates += 1;
    else seen.set(id, pick(record));
  }
  if (dropped.withoutKey > 0) context.log.warn(`${dropped.withoutKey} records have no ${key} and are left out.`);
  const sorted = [...seen].sort(([a], [b]) => (descending ? compare(b, a) : compare(a, b)));
  return { records: sorted.map(([, record]) => record), count: sorted.length, dropped };
}

/** The wanted fields of a record that have a value. */
function pick(record) {
  const entries = fields.map((field) => [field, clean(own(record, field))]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const own = (record, field) => (Object.hasOwn(record, field) ? record[field] : undefined);

/** Texts without the white space around them; an empty one is no value. */
function clean(value) {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  return text === '' ? undefined : text;
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}
