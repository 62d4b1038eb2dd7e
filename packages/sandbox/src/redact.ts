/** Takes secrets out of what is shown. */
export interface Redactor {
  text(value: string): string;
  /** A copy of a JSON value with every string, number and key redacted. The value is nested within bounds. */
  json(value: unknown): unknown;
  /** Bytes of the longest form that a secret is looked for in. */
  readonly longest: number;
}

const mark = '[redacted]';
/** A shorter value is no secret, and taking it out would garble every text. */
const shortest = 4;

/** The forms in which a value turns up in logs: as it is, inside JSON, in a URL, in base64. */
const formsOf = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.toWellFormed()),
  Buffer.from(value).toString('base64'),
  Buffer.from(value).toString('base64url'),
];

/** Values under four characters are left alone. */
export const createRedactor = (secrets: Iterable<string>): Redactor => {
  const forms = [...secrets]
    .flatMap((secret) => [secret, secret.trim()])
    .filter((secret) => secret.length >= shortest)
    .flatMap(formsOf);
  // Longest first, so that a secret that contains another one goes whole.
  const wanted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const text = (value: string): string => {
    let shown = value;
    for (const form of wanted) shown = shown.replaceAll(form, mark);
    return shown;
  };
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return text(`${value}`) === `${value}` ? value : mark;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(json);
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [text(key), json(held)]));
  };
  const longest = wanted.reduce((most, form) => Math.max(most, Buffer.byteLength(form)), 0);
  return wanted.length === 0 ? { text: (value) => value, json: (value) => value, longest } : { text, json, longest };
};
