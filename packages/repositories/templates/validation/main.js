const required = '{{required}}';
/** The field that must be an e-mail address; empty: none. */
const emailField = '{{email_field}}';
const maxLength = '{{max_length}}';
/** Fail the run when a record is wrong, instead of reporting it. */
const fail = '{{fail}}';

/** A rule answers what is wrong with a record: the field and a message for people. */
const rules = [
  (record) =>
    required.filter((field) => isEmpty(own(record, field))).map((field) => ({ field, message: 'is required' })),
  (record) => {
    const value = emailField ? own(record, emailField) : undefined;
    if (isEmpty(value) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value))) return [];
    return [{ field: emailField, message: 'is no e-mail address' }];
  },
  (record) =>
    Object.entries(record)
      .filter(([, value]) => typeof value === 'string' && value.length > maxLength)
      .map(([field]) => ({ field, message: `has more than ${maxLength} characters` })),
];

/** Answers how many records are right, and what is wrong with the others. */
export default function main({ records }) {
  const invalid = records
    .map((record, index) => ({ index, problems: rules.flatMap((rule) => rule(record)) }))
    .filter(({ problems }) => problems.length > 0);
  if (fail && invalid.length > 0)
    throw new ValidationError(`${invalid.length} of ${records.length} records are wrong.`);
  return { valid: records.length - invalid.length, invalid };
}

const own = (record, field) => (Object.hasOwn(record, field) ? record[field] : undefined);
const isEmpty = (value) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
