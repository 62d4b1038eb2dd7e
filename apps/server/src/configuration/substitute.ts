export interface Substituted {
  readonly text: string;
  /** Variables that were put in. */
  readonly used: readonly string[];
  readonly wrong: string | null;
}

/** Puts `${NAME}` and `${NAME:-default}` in; `$${` stands for `${`. */
export function substitute(text: string, environment: Readonly<Record<string, string | undefined>>): Substituted {
  const used: string[] = [];
  let wrong: string | null = null;
  const put = text.replace(/\$\$\{|\$\{(?:(\w+)(?::-([^}]*))?\})?/g, (found, name?: string, fallback?: string) => {
    if (found === '$${') return '${';
    if (name === undefined) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what stands in files
      wrong ??= 'has a ${ that is not ${NAME} or ${NAME:-default}. Write $${ for a plain ${.';
      return found;
    }
    used.push(name);
    const value = environment[name];
    // As in a shell: the default stands for an empty one too.
    if (fallback !== undefined) return value || fallback;
    if (value === undefined)
      wrong ??= `the environment variable ${name} is not set. Set it, or write \${${name}:-default}.`;
    return value ?? '';
  });
  return { text: put, used, wrong };
}
