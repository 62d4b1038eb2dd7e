/** Whether a name is that of something to be kept out of sight. */
export const isSecretName = (name: string): boolean =>
  /pass(word|phrase|wd)?|secret|token|credential|private_?key|api_?key|authorization/i.test(name);

const signs = [
  // An option that takes a secret itself, not a file or a variable with one.
  /--?(token|password|secret|api-key|private-key)(\s|=)/i,
  /["']?(pass(word|wd|phrase)?|secret|token|api_?key|private_?key|authorization|credential)["']?\s*[:=]\s*["']?[^\s"']/i,
  /\b(bearer|basic)\s+[\w.~+/-]{6,}/i,
  /\brk_[\w-]{6,}/,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
];

/** Whether a line seems to hold a secret: then it is not written down. */
export function holdsSecret(line: string): boolean {
  const [, set, name] = /^\s*(set)\s+(\S+)/.exec(line) ?? [];
  return (set !== undefined && isSecretName(name ?? '')) || signs.some((sign) => sign.test(line));
}
