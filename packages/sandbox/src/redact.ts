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

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);
const inForm = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);

/** The forms in which a value turns up in logs: as it is, inside JSON (twice too), in a URL, a form, base64, hexadecimal. */
const formsOf = (value: string): string[] => [
  value,
  inJson(value),
  inJson(inJson(value)),
  encodeURIComponent(value.toWellFormed()),
  encodeURI(value.toWellFormed()),
  inForm(value.toWellFormed()),
  ...(['base64', 'base64url'] as const).flatMap((code) => [
    Buffer.from(value).toString(code),
    ...withinBase64(value, code),
  ]),
  Buffer.from(value).toString('hex'),
  Buffer.from(value).toString('hex').toUpperCase(),
];

/** In a longer base64 text, such as `user:password` of basic authentication: what stands there wherever the value begins. */
const withinBase64 = (value: string, code: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const whole = bytes.toString(code).replace(/=+$/, '');
    // The characters at both ends hold bits of what stands beside the value.
    const inner = whole.slice([0, 2, 3][before], bytes.length % 3 === 0 ? undefined : -1);
    return inner.length >= leastInner ? [inner] : [];
  });
/** A shorter run of base64 would turn up by chance. */
const leastInner = 6;
/** A line of a secret of several is a secret too, as in a private key; what frames one is not. */
const linesOf = (value: string): string[] =>
  value.split(/[\r\n]+/).filter((line) => line.length >= leastLine && !line.startsWith('-----'));
const leastLine = 16;

/** Values under four characters are left alone. */
export const createRedactor = (secrets: Iterable<string>): Redactor => {
  const forms = [...secrets]
    .flatMap((secret) => [secret, secret.trim(), ...linesOf(secret)])
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
