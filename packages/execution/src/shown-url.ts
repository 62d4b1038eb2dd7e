const mark = '[redacted]';
/** Names of query members whose values are credentials, whoever set them. */
const secretName =
  /^(?:.*[-_.])?(?:access[-_]?token|api[-_]?key|auth|authorization|client[-_]?secret|credential|jwt|key|pass|passwd|password|pwd|secret|session(?:[-_]?id)?|sid|sig|signature|token)s?$/i;

/** Whether a query member, or a header, of this name carries a credential. */
export const namesSecret = (name: string): boolean => secretName.test(name) || /^(?:api|access)?key$/i.test(name);

/** An address as it may be shown: without a user, a password, and the values of query members that are credentials. */
export const shownUrl = (given: string): string => {
  const url = URL.parse(given);
  if (url === null) return given;
  const end = given.indexOf('#') < 0 ? given.length : given.indexOf('#');
  const start = given.indexOf('?');
  const query = start < 0 || start > end ? null : given.slice(start + 1, end);
  let shown = given;
  // Only the values that go are touched, so that the rest stays byte for byte what was asked for.
  if (query !== null) {
    const members = query.split('&').map((member) => {
      const at = member.indexOf('=');
      return at > 0 && namesSecret(decoded(member.slice(0, at))) ? `${member.slice(0, at)}=${mark}` : member;
    });
    shown = `${given.slice(0, start + 1)}${members.join('&')}${given.slice(end)}`;
  }
  return url.username === '' && url.password === '' ? shown : shown.replace(/^([a-z]+:\/\/)[^/?#]*@/i, `$1${mark}@`);
};

/** The same as an address that is valid everywhere, for recordings. */
export const recordedUrl = (given: string): string => shownUrl(given).replaceAll(mark, encodeURIComponent(mark));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // It is no name of ours then.
  }
};
