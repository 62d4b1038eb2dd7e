import { type Part, type Statement, SyntaxFault, type Word } from './statement.ts';

/**
 * Commands out of text, by a shell's rules of quoting: '…' is literal, "…" expands variables, \ takes the next character
 * as it is and joins a line with the next one, # begins a comment, and a line's end or ; ends a command. Throws
 * SyntaxFault.
 */
export function readStatements(text: string): Statement[] {
  return new Reader(text.replaceAll('\r\n', '\n')).statements();
}

/** What ends the parts that are read: the end of a word, a closing " or the closing } of a variable. */
type Until = 'word' | '"' | '}' | '}"';

const nameAt = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|\?/y;
const simpleName = /[A-Za-z_][A-Za-z0-9_]*|[0-9]|\?/y;
const pathAt = /\.([A-Za-z0-9_-]+)/y;

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  constructor(text: string) {
    this.#text = text;
  }

  statements(): Statement[] {
    const found: Statement[] = [];
    while (this.#at < this.#text.length) {
      this.#skipBlanks();
      const line = this.#line;
      const words: Word[] = [];
      while (this.#at < this.#text.length && !'\n;'.includes(this.#peek())) {
        if (this.#peek() === '#') this.#skipComment();
        else words.push(this.#parts('word'));
        this.#skipBlanks();
      }
      if (words.length > 0) found.push({ words, line });
      this.#take();
    }
    return found;
  }

  #peek = (ahead = 0): string => this.#text[this.#at + ahead] ?? '';
  #take(): string {
    const one = this.#peek();
    this.#at++;
    if (one === '\n') this.#line++;
    return one;
  }
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
  #fault(message: string, line = this.#line): never {
    throw new SyntaxFault(message, line, this.#at >= this.#text.length);
  }

  #skipBlanks(): void {
    for (;;) {
      if (this.#peek() === ' ' || this.#peek() === '\t') this.#at++;
      else if (this.#peek() === '\\' && this.#peek(1) === '\n') {
        this.#take();
        this.#take();
        if (this.#at >= this.#text.length) this.#fault('The last line ends in \\, and nothing follows.');
      } else return;
    }
  }
  #skipComment(): void {
    while (this.#at < this.#text.length && this.#peek() !== '\n') this.#at++;
  }

  #parts(until: Until): Part[] {
    const parts: Part[] = [];
    const begun = this.#line;
    const inQuotes = until === '"' || until === '}"';
    const add = (text: string, quoted: boolean) => {
      const last = parts.at(-1);
      if (last?.kind === 'text' && last.quoted === quoted)
        parts[parts.length - 1] = { ...last, text: last.text + text };
      else parts.push({ kind: 'text', text, quoted });
    };
    for (;;) {
      const one = this.#peek();
      if (one === '') {
        if (until === 'word') return parts;
        this.#fault(until === '"' ? 'A " is not closed.' : `A \${ is not closed with }.`, begun);
      }
      if (until === 'word' && ' \t\n;'.includes(one)) return parts;
      if (until === '"' && one === '"') return parts;
      if ((until === '}' || until === '}"') && one === '}') return parts;
      if (one === '$') this.#variable(parts, add, inQuotes);
      else if (one === '\\') this.#escape(add, until);
      else if (one === "'" && !inQuotes) add(this.#literal(), true);
      else if (one === '"' && until !== '}"') {
        this.#take();
        const inner = this.#parts('"');
        this.#take();
        // Empty quotes are an empty argument, not none.
        if (inner.length === 0) add('', true);
        parts.push(...inner);
      } else add(this.#take(), inQuotes);
    }
  }

  #literal(): string {
    const begun = this.#line;
    this.#take();
    let text = '';
    while (this.#peek() !== "'") {
      if (this.#peek() === '') this.#fault("A ' is not closed.", begun);
      text += this.#take();
    }
    this.#take();
    return text;
  }

  #escape(add: (text: string, quoted: boolean) => void, until: Until): void {
    this.#take();
    const one = this.#peek();
    if (one === '') this.#fault('The text ends in \\, and nothing follows.');
    this.#take();
    if (one === '\n') {
      if (this.#at >= this.#text.length) this.#fault('The last line ends in \\, and nothing follows.');
      return;
    }
    const taken = until === '"' ? '$"\\' : until === '}"' ? '$"\\}' : null;
    add(taken === null || taken.includes(one) ? one : `\\${one}`, true);
  }

  #variable(parts: Part[], add: (text: string, quoted: boolean) => void, quoted: boolean): void {
    this.#take();
    if (this.#peek() !== '{') {
      const name = this.#match(simpleName)?.[0];
      if (name === undefined) add('$', quoted);
      else parts.push({ kind: 'variable', name, fromEnvironment: false, path: [], otherwise: null, quoted });
      return;
    }
    this.#take();
    const fromEnvironment = this.#match(/ENV:(?=[A-Za-z_])/y) !== null;
    const name = this.#match(nameAt)?.[0];
    if (name === undefined) this.#fault(`A \${ needs the name of a variable, as in \${NAME}.`);
    const path: string[] = [];
    for (let member = this.#match(pathAt); member; member = this.#match(pathAt)) path.push(member[1] as string);
    const operator = this.#match(/:[-+]/y)?.[0];
    const otherwise =
      operator === undefined
        ? null
        : {
            when: operator === ':-' ? ('missing' as const) : ('present' as const),
            parts: this.#parts(quoted ? '}"' : '}'),
          };
    if (this.#peek() !== '}')
      this.#fault(
        `\${${name} is followed by ${JSON.stringify(this.#peek())}: possible are \${${name}}, \${${name}:-value}, \${${name}:+value} and \${${name}.member}.`,
      );
    this.#take();
    parts.push({ kind: 'variable', name, fromEnvironment, path, otherwise, quoted });
  }
}
