/** JSON Schema of the HTTP Archive format 1.2, from its specification: every member it requires, with its type. */
const text = { type: 'string' };
const number = { type: 'number' };
const size = { type: 'integer', minimum: -1 };
const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
  // Members of a maker's own begin with an underscore.
  patternProperties: { '^_': {} },
  additionalProperties: false,
});
const list = (items: unknown) => ({ type: 'array', items });
const comment = { comment: text };
const named = (more: Record<string, unknown> = {}, optional: readonly string[] = []) =>
  object({ name: text, value: text, ...more, ...comment }, ['comment', ...optional]);
const time = { type: 'string', format: 'date-time' };
const url = { type: 'string', format: 'uri' };
const cookie = named(
  { path: text, domain: text, expires: time, httpOnly: { type: 'boolean' }, secure: { type: 'boolean' } },
  ['path', 'domain', 'expires', 'httpOnly', 'secure'],
);

const request = object(
  {
    method: text,
    url,
    httpVersion: text,
    cookies: list(cookie),
    headers: list(named()),
    queryString: list(named()),
    postData: object({ mimeType: text, text, params: list({}), ...comment }, ['text', 'params', 'comment']),
    headersSize: size,
    bodySize: size,
    ...comment,
  },
  ['postData', 'comment'],
);
const response = object(
  {
    status: { type: 'integer' },
    statusText: text,
    httpVersion: text,
    cookies: list(cookie),
    headers: list(named()),
    content: object(
      { size: { type: 'integer' }, compression: { type: 'integer' }, mimeType: text, text, encoding: text, ...comment },
      ['compression', 'text', 'encoding', 'comment'],
    ),
    redirectURL: text,
    headersSize: size,
    bodySize: size,
    ...comment,
  },
  ['comment'],
);
const entry = object(
  {
    pageref: text,
    startedDateTime: time,
    time: { ...number, minimum: 0 },
    request,
    response,
    cache: object({ beforeRequest: {}, afterRequest: {}, ...comment }, ['beforeRequest', 'afterRequest', 'comment']),
    timings: object(
      {
        blocked: number,
        dns: number,
        connect: number,
        ssl: number,
        send: { ...number, minimum: 0 },
        wait: { ...number, minimum: 0 },
        receive: { ...number, minimum: 0 },
        ...comment,
      },
      ['blocked', 'dns', 'connect', 'ssl', 'comment'],
    ),
    serverIPAddress: text,
    connection: text,
    ...comment,
  },
  ['pageref', 'serverIPAddress', 'connection', 'comment'],
);
const agent = object({ name: text, version: text, ...comment }, ['comment']);

export const harSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['log'],
  additionalProperties: false,
  properties: {
    log: object(
      { version: { const: '1.2' }, creator: agent, browser: agent, pages: list({}), entries: list(entry), ...comment },
      ['browser', 'pages', 'comment'],
    ),
  },
};
