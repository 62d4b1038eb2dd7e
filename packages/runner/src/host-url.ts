const parts = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

/** Characters of an address with its base; parsing holds up the process. */
const mostLength = 4_000_000;

/**
 * Parses an address, or sets a part of one. Takes `{ url, base?, part?, value? }` as JSON and answers the parts as JSON; an
 * empty answer means that the address is not valid.
 */
export const answerUrl = (payload: string): string => {
  if (payload.length > mostLength) return '';
  const question = JSON.parse(payload) as { url: string; base?: string; part?: string; value?: string };
  const url = URL.parse(question.url, question.base);
  if (url === null) return '';
  const part = parts.find((name) => name === question.part);
  if (part === 'href') return answerUrl(JSON.stringify({ url: question.value }));
  if (part !== undefined && part !== 'origin') url[part] = question.value ?? '';
  return JSON.stringify(Object.fromEntries(parts.map((name) => [name, url[name]])));
};
