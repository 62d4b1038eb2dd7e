import { Command } from 'commander';
import type { Candidate, NameKind } from '../completion/candidate.ts';
import { type CompletionContext, complete } from '../completion/complete.ts';
import { liveNames } from '../completion/live-names.ts';
import { paths } from '../completion/paths.ts';
import { contextOf } from '../context.ts';
import { builtIns } from './built-ins.ts';
import { topics } from './help-topics.ts';
import { openWords } from './language/open-words.ts';
import { quoteAlike } from './language/quote-word.ts';
import type { Shell } from './shell.ts';

/** How long names of the server are offered before it is asked again. */
const freshMs = 4_000;

/** What Tab offers: whole words, quoted, in place of `completed`, the last word of the line. */
export function completer(shell: Shell): (line: string) => Promise<[offered: string[], completed: string]> {
  const names = cached(shell);
  return async (line) => {
    const { words, raw, quote } = openWords(line);
    const variable = variables(shell, raw);
    if (variable.length > 0) return [variable, raw];
    const found = await candidates(shell, words, names);
    const whole = quoteAlike(
      found.map(({ value }) => value),
      quote,
    );
    const offered = whole.map((text, at) => (found[at]?.kind === 'folder' ? text.replace(/['"]$/, '') : `${text} `));
    return [offered.length === 1 ? offered : offered.map((text) => text.trimEnd()), raw];
  };
}

async function candidates(
  shell: Shell,
  words: readonly string[],
  names: CompletionContext['names'],
): Promise<readonly Candidate[]> {
  const root = shell.program(shell.io);
  const [first = '', ...rest] = words[0] === 'ratchet' ? words.slice(1) : words;
  const word = rest.at(-1) ?? '';
  const folder = process.cwd();
  const home = shell.io.env.HOME;
  const begun = (values: readonly string[], kind: Candidate['kind'] = 'value'): Candidate[] =>
    values.filter((value) => value.startsWith(word)).map((value) => ({ value, kind }));
  const scripts = () =>
    paths(word, { folder, home }).filter(({ kind, value }) => kind === 'folder' || value.endsWith('.ratchet'));
  if (rest.length === 0) {
    const own = [...new Set(builtIns.map((one) => one.name))].filter((name) => name.startsWith(first));
    const others = await complete([first], 0, { root, names, folder, home });
    return [
      ...own.map((value): Candidate => ({ value, kind: 'command' })),
      ...others.filter(({ value }) => !own.includes(value)),
    ];
  }
  switch (first) {
    case 'set':
    case 'unset':
      return rest.length === 1 || first === 'unset' ? begun(shell.variables.names()) : [];
    case 'source':
      return rest.length === 1 ? scripts() : [];
    case 'connect':
      return word.startsWith('-') ? begun(['--token', '--token-env', '--user'], 'option') : [];
    case 'help':
      return rest.length === 1
        ? begun([
            ...builtIns.map(({ name }) => name),
            ...Object.keys(topics),
            ...root.commands.map((one) => one.name()),
          ])
        : complete(rest, rest.length - 1, { root: withoutArguments(root), names: nothing, folder });
    default: {
      const found = await complete([first, ...rest], rest.length, { root, names, folder, home });
      // Whatever takes a text takes it from a file too.
      return found.length === 0 && word.startsWith('@') ? paths(word, { folder, home }) : found;
    }
  }
}

const nothing = (): Promise<readonly Candidate[]> => Promise.resolve([]);

/** The same commands, of which only names are offered. */
function withoutArguments(root: Command): Command {
  const bare = (from: Command): Command => {
    const to = new Command(from.name()).description(from.description());
    for (const command of from.commands) to.addCommand(bare(command));
    return to;
  };
  return bare(root);
}

/** `$NA` and `${NA` at the end of a word. */
function variables({ variables: known, io }: Shell, raw: string): string[] {
  const [, before = '', open = '', name = ''] =
    /^(.*?)(\$\{?(?:(?<=\{)ENV:)?)([A-Za-z_][A-Za-z0-9_]*|)$/s.exec(raw) ?? [];
  if (open === '' || (before.match(/'/g)?.length ?? 0) % 2 === 1) return [];
  const names = open.endsWith(':') ? Object.keys(io.env).sort() : known.names();
  const end = open.startsWith('${') ? '}' : '';
  return names.filter((one) => one.startsWith(name)).map((one) => before + open + one + end);
}

/** Asks the server for a kind of name once in a while. Of another server, or signed in anew, names are others. */
function cached(shell: Shell): CompletionContext['names'] {
  const kept = new Map<string, { readonly at: number; readonly found: Promise<readonly Candidate[]> }>();
  return (kind: NameKind, prefix: string) => {
    const { server, user, environment: env } = shell.connection;
    const key = `${server} ${user} ${kind}`;
    const before = kept.get(key);
    if (before && Date.now() - before.at < freshMs) return before.found;
    const { client } = contextOf(new Command(), { ...shell.io, env });
    const found = liveNames(client)(kind, prefix);
    kept.set(key, { at: Date.now(), found });
    return found;
  };
}
